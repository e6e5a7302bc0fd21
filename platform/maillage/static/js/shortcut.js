// "/" goes to the search box. The reader can switch it off: <html data-shortcuts="off"> (WCAG 2.1.4).

const isTyping = (element) => element.isContentEditable || element.matches("input, textarea, select");

document.addEventListener("keydown", (event) => {
  if (document.documentElement.dataset.shortcuts === "off") return;
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const target = document.querySelector("[data-shortcut='/']");
  if (!target) return;
  event.preventDefault();
  target.focus();
  target.select();
});
