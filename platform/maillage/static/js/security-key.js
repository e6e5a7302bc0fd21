// A security key adds itself, or signs: the server's question goes to the browser, its answer into the form, and the form
// is sent as any other. Without this script, or in a browser without keys, the form stays hidden: the code remains.

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

async function question(form) {
  const token = form.elements.csrf_token?.value ?? "";
  const answer = await fetch(form.dataset.question, { method: "POST", headers: { "X-CSRFToken": token } });
  if (!answer.ok || !answer.headers.get("Content-Type")?.includes("json")) throw new Error("refused");
  return answer.json();
}

const known = (list = []) => list.map((one) => ({ ...one, id: bytes(one.id) }));

function added(options) {
  return navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: known(options.excludeCredentials),
    },
  });
}

function signed(options) {
  return navigator.credentials.get({
    publicKey: { ...options, challenge: bytes(options.challenge), allowCredentials: known(options.allowCredentials) },
  });
}

function told(credential) {
  const { response } = credential;
  const parts = response.attestationObject
    ? { attestationObject: text(response.attestationObject) }
    : {
        authenticatorData: text(response.authenticatorData),
        signature: text(response.signature),
        userHandle: response.userHandle ? text(response.userHandle) : null,
      };
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    clientExtensionResults: {},
    response: { clientDataJSON: text(response.clientDataJSON), ...parts },
  });
}

async function run(form) {
  const message = form.querySelector("[data-key-message]");
  message.hidden = true;
  try {
    const options = await question(form);
    const credential = await (form.dataset.securityKey === "create" ? added(options) : signed(options));
    form.elements.credential.value = told(credential);
    form.submit();
  } catch {
    // The browser does not say more, on purpose: cancelled, unknown and too late are one.
    message.hidden = false;
  }
}

for (const form of document.querySelectorAll("form[data-security-key]")) {
  if (!window.PublicKeyCredential) continue;
  form.hidden = false;
  document.querySelectorAll("[data-without-keys]").forEach((note) => { note.hidden = true; });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run(form);
  });
}
