// After a refused form, the reader starts at the summary; its links put the cursor in the field.

const summary = document.querySelector("[data-error-summary]");
summary?.focus();

summary?.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#']");
  const field = link && document.getElementById(link.hash.slice(1));
  if (!field) return;
  event.preventDefault();
  // A group of choices is a fieldset: the cursor goes to its first choice.
  const control = field.matches("fieldset") ? field.querySelector("input") : field;
  (document.querySelector(`label[for="${CSS.escape(field.id)}"]`) ?? field).scrollIntoView({ block: "start" });
  control?.focus({ preventScroll: true });
});
