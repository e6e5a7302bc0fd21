// Leave at once: the page is hidden before the network answers, and "Back" does not return to it.

const PRESSES = 3;
const WINDOW_MS = 3000;
let presses = [];

function leave() {
  const { href } = document.querySelector("[data-quick-exit]");
  const overlay = document.createElement("div");
  overlay.className = "exit-overlay";
  document.body.replaceChildren(overlay);
  document.title = "";
  // The referrer policy of the page is "no-referrer": the neutral page does not learn where one came from.
  location.replace(href);
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-quick-exit]")) return;
  event.preventDefault();
  leave();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Shift") {
    presses = [];
    return;
  }
  if (event.repeat) return;
  const now = Date.now();
  presses = [...presses.filter((at) => now - at < WINDOW_MS), now];
  if (presses.length === PRESSES) leave();
});

for (const hint of document.querySelectorAll("[data-exit-hint]")) hint.hidden = false;
