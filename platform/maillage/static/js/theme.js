// Light, dark, or as the device says. The choice is a cookie without anything personal, so that the server
// draws the next page in the right colours from its first byte.

const MONTHS_SIX = 60 * 60 * 24 * 180;
const chooser = document.querySelector("[data-theme-choice]");
const select = chooser?.querySelector("select");
const root = document.documentElement;

function remember(theme) {
  const [name, secure] = location.protocol === "https:" ? ["__Host-theme", "; Secure"] : ["theme", ""];
  const age = theme === "auto" ? 0 : MONTHS_SIX;
  document.cookie = `${name}=${theme}; Path=/; Max-Age=${age}; SameSite=Lax${secure}`;
}

if (select) {
  chooser.hidden = false;
  select.value = root.dataset.bsTheme ?? "auto";
  select.addEventListener("change", () => {
    remember(select.value);
    if (select.value === "auto") delete root.dataset.bsTheme;
    else root.dataset.bsTheme = select.value;
  });
}
