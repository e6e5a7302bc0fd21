"""What an uploaded file may be, told to those who check it and to those who clean it: two programs."""

from typing import Final

CLEANER: Final = "maillage.kernel.cleaning"
WORDS: Final = "WORDS"  # asks the cleaner what a PDF begins with
EXCERPT: Final = 400
MAX_BYTES: Final = 10 * 1024 * 1024
MAX_NAME: Final = 100
MAX_PIXELS: Final = 30_000_000
MAX_PAGES: Final = 200
