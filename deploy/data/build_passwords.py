"""Write accounts/tried_first.txt: the passwords that zxcvbn (MIT licence, Dropbox) knows as the most common, as far as
they are long enough to be chosen here. Run with `pip install zxcvbn`, once; the file is part of the repository."""

from pathlib import Path

from zxcvbn.frequency_lists import FREQUENCY_LISTS

SHORTEST = 8
TARGET = Path(__file__).parents[2] / "platform/maillage/accounts/tried_first.txt"

words = sorted({word for word in FREQUENCY_LISTS["passwords"] if len(word) >= SHORTEST and word.isprintable()})
TARGET.write_text("\n".join(words) + "\n", encoding="utf-8")
print(len(words), "passwords")
