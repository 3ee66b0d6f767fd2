// @ts-check
/**
 * Keeps what is typed into a form, a moment after typing stops and when the page is left. It is kept by a post of the
 * form itself, because that still arrives when the page is gone. What another device wrote meanwhile is shown, never merged.
 */

import { announce } from "../portal/js/announce.js";

const PAUSE = 1_200;
const BETWEEN = 4_000;
const AGAIN = 10_000;
const PATIENCE = 3_000;
/** What a browser still sends of a page that is gone. */
const LAST_WORDS = 60_000;

/** @typedef {{ mark: string, at?: string, text?: string, topic?: string, team?: string, sentence?: string }} Told */

/** @param {HTMLElement} root */
export function mount(root) {
  const form = root.closest("form");
  if (form) keepDraft(form);
}

/**
 * `spend` gives the mark of what is being sent, once nothing of it is under way; `touch` says that the text was changed.
 * @param {HTMLFormElement} form
 */
export function keepDraft(form) {
  const root = /** @type {HTMLElement} */ (form.querySelector("[data-draft]"));
  const words = root.dataset;
  const box = field("body");
  const topic = /** @type {HTMLInputElement | null} */ (field("topic"));
  const mark = field("draft");
  const place = /** @type {HTMLElement} */ (root.querySelector("[data-draft-words]"));
  const throwing = /** @type {HTMLButtonElement} */ (root.querySelector("[data-throw]"));
  const choice = chooser(form, use, keepMine);
  for (const plain of form.querySelectorAll("[data-plain]")) plain.toggleAttribute("hidden", true);

  /** What the server holds; nothing else needs keeping. */
  let kept = "unkept" in words && written() ? "" : content(box.defaultValue, topic?.defaultValue);
  let about = patient();
  /** Rises when a text is sent: what comes back about an older one is not about this one. */
  let round = 0;
  let said = false;
  let failing = false;
  /** The browser itself sends the form now: what stands in it needs no keeping. */
  let sending = false;
  let last = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {Promise<string> | null} */
  let flight = null;
  /** @type {Promise<string>} */
  let spent = Promise.resolve("");

  /** @param {string} name */
  function field(name) {
    return /** @type {HTMLInputElement} */ (form.elements.namedItem(name));
  }

  function patient() {
    return field("patient")?.value ?? "";
  }

  function written() {
    return box.value.trim() + (topic?.value.trim() ?? "");
  }

  /** Of what was typed before this script was there nothing is kept: what came with the page is what the server holds. */
  function content(text = box.value, title = topic?.value) {
    return JSON.stringify([patient(), title, text, text.trim() + (title?.trim() ?? "") ? new FormData(form).get("team") : ""]);
  }

  /** @param {Record<string, string>} [changes] */
  function body(changes = {}) {
    const fields = new URLSearchParams(/** @type {any} */ (new FormData(form)));
    for (const [name, value] of Object.entries(changes)) fields.set(name, value);
    return fields;
  }

  /**
   * @param {URLSearchParams} fields
   * @param {boolean} [keepalive]
   */
  function post(fields, keepalive = false) {
    const headers = { Accept: "application/json" };
    return fetch(words.draft ?? "", { method: "POST", body: fields, redirect: "manual", headers, keepalive });
  }

  function settle() {
    form.toggleAttribute("data-safe", !choice.isOpen() && content() === kept);
    throwing.hidden = !mark.value;
  }

  /** @param {number} wait */
  function soon(wait) {
    clearTimeout(timer);
    timer = setTimeout(save, Math.max(wait, last + BETWEEN - Date.now()));
  }

  function touch() {
    settle();
    if (!form.hasAttribute("data-safe")) soon(PAUSE);
  }

  /** @param {boolean} leaving */
  async function save(leaving = false) {
    clearTimeout(timer);
    while (flight) await flight;
    if (sending || choice.isOpen() || content() === kept || ("patient" in form.elements && !patient())) return;
    const fields = body();
    last = Date.now();
    const mine = keep(round, content(), fields, leaving && isSmall(fields));
    flight = mine;
    await mine;
    if (flight === mine) flight = null;
  }

  /**
   * @param {number} asked
   * @param {string} what
   * @param {URLSearchParams} fields
   * @param {boolean} keepalive
   * @returns {Promise<string>} the mark of what was kept
   */
  async function keep(asked, what, fields, keepalive) {
    let status = 0;
    /** @type {Told} */
    let told = { mark: "" };
    try {
      const answer = await post(fields, keepalive);
      if ([200, 409, 422].includes(answer.status)) told = await answer.json();
      status = answer.status;
    } catch {
      status = 0;
    }
    if (asked !== round) return status === 200 ? told.mark : "";
    if (status === 200) done(what, told);
    else if (status === 409) differ(told);
    else fail(told.sentence ?? "", status);
    return status === 200 ? told.mark : "";
  }

  /**
   * @param {string} what
   * @param {Told} told
   */
  function done(what, told) {
    kept = what;
    failing = false;
    mark.value = told.mark;
    place.textContent = told.mark ? `${words.keptWords} · ${told.at}` : written() ? "" : words.goneWords ?? "";
    if (!said || !told.mark) announce((told.mark ? words.keptWords : place.textContent) ?? "");
    said = Boolean(told.mark);
    settle();
    if (content() !== kept) soon(PAUSE);
  }

  /**
   * @param {string} sentence
   * @param {number} status
   */
  function fail(sentence, status) {
    if (!failing) announce(sentence || words.unkeptWords || "");
    place.textContent = sentence || words.unkeptWords || "";
    failing = true;
    said = false;
    settle();
    if (status !== 404 && status !== 422) soon(AGAIN);
  }

  /** @param {Told} told */
  function differ(told) {
    choice.show(told);
    settle();
    announce(words.otherWords ?? "");
  }

  /**
   * The text that was shown is in the box; what was in the box is shown, and can come back.
   * @param {Told} told
   * @param {boolean} isTheirs
   * @returns {Told}
   */
  function use(told, isTheirs) {
    const mine = { mark: told.mark, text: box.value, topic: topic?.value };
    box.value = told.text ?? "";
    if (topic) topic.value = told.topic ?? "";
    for (const to of /** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll("[name=team][type=radio]"))) {
      if (told.team !== undefined) to.checked = to.value === told.team;
    }
    mark.value = told.mark;
    if (isTheirs) kept = content();
    announce(words.swappedWords ?? "");
    box.focus();
    // The buttons of the choice look at what is open, which is settled only after this.
    setTimeout(touch);
    return mine;
  }

  /** @param {string} theirs the mark of what is there, which may be written over now */
  function keepMine(theirs) {
    mark.value = theirs || mark.value;
    said = false;
    box.focus();
    setTimeout(save);
  }

  /** @param {string} what */
  function throwAway(what, changes = {}) {
    if (what) post(body({ ...changes, draft: what, throw: "yes" })).catch(() => {});
  }

  throwing.addEventListener("click", (event) => {
    event.preventDefault();
    box.value = "";
    if (topic) topic.value = "";
    choice.show(null);
    void save();
    box.focus();
  });
  form.addEventListener("submit", (event) => {
    sending = true;
    setTimeout(() => { sending = !event.defaultPrevented; });
  });
  addEventListener("pageshow", () => { sending = false; });
  form.addEventListener("input", () => {
    sending = false;
    touch();
  });
  form.addEventListener("change", () => {
    if (patient() !== about) {
      // It is about somebody else now: nothing of it stays with the one before.
      throwAway(mark.value, { patient: about });
      about = patient();
      mark.value = "";
    }
    touch();
  });
  const leave = () => void save(true);
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && leave());
  addEventListener("pagehide", leave);
  addEventListener("beforeunload", () => {
    leave();
    // It is on its way, and arrives though the page is gone: nobody need be asked.
    if (navigator.onLine && !failing && !choice.isOpen() && isSmall(body())) form.toggleAttribute("data-safe", true);
  }, { capture: true });
  for (const moment of ["portal:leaving", "portal:back"]) document.addEventListener(moment, () => void save());
  addEventListener("online", () => void save());
  touch();

  return {
    touch,
    spend() {
      clearTimeout(timer);
      const mine = choice.isOpen() ? "" : mark.value;
      const under = flight;
      round += 1;
      flight = null;
      mark.value = "";
      place.textContent = "";
      said = false;
      kept = content();
      choice.show(null);
      settle();
      if (under) {
        let late = false;
        const wait = new Promise((resolve) => setTimeout(() => { late = true; resolve(""); }, PATIENCE));
        under.then((found) => late && throwAway(found));
        spent = spent.then(() => Promise.race([under, wait])).then((found) => String(found) || mine);
      } else spent = spent.then(() => mine);
      return spent;
    },
  };
}

/** @param {URLSearchParams} fields */
function isSmall(fields) {
  return fields.toString().length < LAST_WORDS;
}

/**
 * Two texts of one person: which is to go on? Open until they have said so.
 * @param {HTMLFormElement} form
 * @param {(told: Told, isTheirs: boolean) => Told} use
 * @param {(theirs: string) => void} keepMine
 */
function chooser(form, use, keepMine) {
  const root = /** @type {HTMLElement} */ (form.querySelector("[data-other]"));
  /** @param {string} slot */
  const line = (slot) => /** @type {HTMLElement} */ (root.querySelector(`[data-other-${slot}]`));
  /** @type {Told | null} */
  let shown = root.hidden ? null : { mark: root.dataset.other ?? "", text: line("text").textContent ?? "", topic: line("topic").textContent ?? "" };
  let isTheirs = shown !== null;

  /** @param {Told | null} told */
  function show(told, theirs = told !== null) {
    shown = told;
    isTheirs = theirs;
    root.hidden = !told;
    line("text").textContent = told?.text ?? "";
    line("topic").textContent = told?.topic ?? "";
    line("topic").hidden = !told?.topic;
  }

  for (const way of root.querySelectorAll("button")) way.hidden = false;
  root.querySelector("[data-use-other]")?.addEventListener("click", () => shown && show(use(shown, isTheirs), false));
  root.querySelector("[data-keep-mine]")?.addEventListener("click", () => {
    const theirs = isTheirs ? shown?.mark ?? "" : "";
    show(null);
    keepMine(theirs);
  });
  return { show, isOpen: () => shown !== null && isTheirs };
}
