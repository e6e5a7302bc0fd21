// Tells what is left under a text area. Nothing is cut: the server answers for the limit.

const SILENCE_MS = 800;
const timers = new WeakMap();

// The server counts characters, not UTF-16 halves, and a form sends a line end as two characters.
const lengthOf = (text) => [...text.replace(/\r?\n/g, "\r\n")].length;

function words(left) {
  const amount = Math.abs(left).toLocaleString("fr-FR");
  const noun = Math.abs(left) > 1 ? "caractères" : "caractère";
  return left < 0 ? `${amount}\u00a0${noun} de trop.` : `Il reste ${amount}\u00a0${noun}.`;
}

function announce(count, text) {
  let live = count.nextElementSibling;
  if (!live?.matches("[data-count-live]")) {
    live = document.createElement("p");
    live.className = "visually-hidden";
    live.dataset.countLive = "";
    live.setAttribute("role", "status");
    count.after(live);
  }
  clearTimeout(timers.get(count));
  timers.set(count, setTimeout(() => { live.textContent = text; }, SILENCE_MS));
}

function update(area, { aloud }) {
  const count = document.querySelector(`[data-count-for="${CSS.escape(area.id)}"]`);
  if (!count) return;
  const left = Number(area.dataset.maxChars) - lengthOf(area.value);
  count.textContent = words(left);
  count.classList.toggle("field-count-over", left < 0);
  if (aloud) announce(count, count.textContent);
}

document.addEventListener("input", (event) => {
  if (event.target.matches("[data-max-chars]")) update(event.target, { aloud: true });
});

for (const area of document.querySelectorAll("[data-max-chars]")) {
  if (area.value) update(area, { aloud: false });
}
