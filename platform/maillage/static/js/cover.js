// What names a person is covered again after a while, when the tab is hidden, and when the page comes back from the cache.

const timers = new WeakMap();

function cover(details) {
  clearTimeout(timers.get(details));
  details.open = false;
}

const coverAll = () => document.querySelectorAll("details[data-cover][open]").forEach(cover);

// `toggle` does not bubble: it is caught on its way down, so that swapped-in content is served too.
document.addEventListener("toggle", (event) => {
  const details = event.target;
  if (!details.matches?.("details[data-cover]")) return;
  clearTimeout(timers.get(details));
  if (!details.open) return;
  const seconds = Number(details.dataset.coverSeconds) || 60;
  timers.set(details, setTimeout(() => cover(details), seconds * 1000));
}, true);

document.addEventListener("visibilitychange", () => {
  if (document.hidden) coverAll();
});

window.addEventListener("pageshow", (event) => {
  if (event.persisted) coverAll();
});
