// @ts-check
/** Sharpens a form that already works: sent once, password shown on wish, room left, nothing left behind unsent. */

/** @param {HTMLFormElement} form */
export function mount(form) {
  once(form);
  if ("keep" in form.dataset) guard(form);
  for (const box of form.querySelectorAll("[data-reveal]")) reveal(/** @type {HTMLInputElement} */ (box));
  for (const box of form.querySelectorAll("[data-count]")) count(/** @type {HTMLTextAreaElement} */ (box));
  for (const button of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll("[data-print]"))) {
    button.hidden = false;
    button.addEventListener("click", () => print());
  }
}

/**
 * A second press while the first is on its way does nothing.
 * @param {HTMLFormElement} form
 */
function once(form) {
  /** @param {boolean} busy */
  const mark = (busy) => {
    for (const button of form.querySelectorAll("button:not([type=button])")) {
      button.setAttribute("aria-busy", String(busy));
    }
    form.toggleAttribute("data-busy", busy);
  };
  form.addEventListener("submit", (event) => {
    if (form.hasAttribute("data-busy")) event.preventDefault();
    else mark(true);
  });
  addEventListener("pageshow", () => mark(false));
}

/**
 * Leaving with something typed that is neither sent nor kept (`data-safe`) asks first.
 * @param {HTMLFormElement} form
 */
function guard(form) {
  addEventListener("beforeunload", (event) => {
    if (form.hasAttribute("data-busy") || form.hasAttribute("data-safe")) return;
    const boxes = /** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll("textarea, input:not([type=hidden])"));
    if ([...boxes].some((box) => box.value !== box.defaultValue && box.value.trim())) event.preventDefault();
  });
}

/** @param {HTMLInputElement} box */
function reveal(box) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button bare reveal";
  button.setAttribute("aria-controls", box.id);
  const show = (/** @type {boolean} */ shown) => {
    box.type = shown ? "text" : "password";
    button.textContent = (shown ? box.dataset.conceal : box.dataset.reveal) ?? "";
  };
  button.addEventListener("click", () => show(box.type === "password"));
  box.form?.addEventListener("submit", () => show(false));
  show(false);
  box.after(button);
}

/**
 * Says how much room is left, once it begins to matter.
 * @param {HTMLTextAreaElement} box
 */
function count(box) {
  const most = box.maxLength;
  if (most <= 0) return;
  const words = document.createElement("p");
  words.className = "count";
  words.setAttribute("aria-live", "polite");
  const tell = () => {
    const room = most - box.value.length;
    words.textContent = room < most / 8 ? `${room} ${box.dataset.count}` : "";
  };
  box.addEventListener("input", tell);
  box.after(words);
  tell();
}
