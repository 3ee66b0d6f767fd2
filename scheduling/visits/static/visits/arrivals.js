// @ts-check
/** Who waits, live: each arrival is seen, said, and heard by those who asked for the sound. */

import { announce } from "../portal/js/announce.js";
import { follow, newId, watch } from "../portal/js/socket.js";
import { ordersOf } from "./facts.js";
import { choice, sound } from "./media.js";

const CHIME = [659, 880];
const NOBODY = "00000000-0000-7000-8000-000000000000";

/** @typedef {{ visit: string, state: string, mine: boolean, here: boolean, patient: { name: string }, clinician: { name: string },
 *   starts_at: string, waiting_since: string | null, note: { code: string, at: string } | null }} Line */

/** @param {HTMLElement} root */
export function mount(root) {
  const words = root.dataset;
  const places = /** @type {HTMLElement} */ (root.querySelector("[data-list]"));
  const shape = /** @type {HTMLTemplateElement} */ (root.querySelector("#arrival"));
  const told = /** @type {HTMLElement} */ (root.querySelector("[data-told]"));
  const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: words.zone || undefined });
  const bell = bellOf(/** @type {HTMLElement} */ (root.querySelector("[data-sound]")));
  /** @type {Set<string> | null} */
  let waiting = null;
  /** @type {Line[]} */
  let lines = [];

  /** @param {HTMLElement} place @param {string} slot @param {string} text */
  const fill = (place, slot, text) => {
    const found = place.querySelector(`[data-slot="${slot}"]`);
    if (found && found.textContent !== text) found.textContent = text;
  };
  const time = (/** @type {string | null | undefined} */ at) => (at ? clock.format(new Date(at)) : "");

  /** @param {Line} line */
  function made(line) {
    const place = /** @type {HTMLElement} */ (document.importNode(shape.content, true).querySelector("li"));
    place.dataset.visit = line.visit;
    for (const form of place.querySelectorAll("form")) {
      form.action = form.action.replace(NOBODY, line.visit);
      /** @type {HTMLInputElement} */ (form.elements.namedItem("command_id")).value = newId();
    }
    for (const link of place.querySelectorAll("a")) link.href = link.href.replace(NOBODY, line.visit);
    for (const box of place.querySelectorAll(`[id$="${NOBODY}"]`)) box.id = box.id.replace(NOBODY, line.visit);
    for (const label of /** @type {NodeListOf<HTMLLabelElement>} */ (place.querySelectorAll("label[for]"))) label.htmlFor = label.htmlFor.replace(NOBODY, line.visit);
    return place;
  }

  /** @param {HTMLElement} place @param {Line} line */
  function dress(place, line) {
    place.dataset.state = line.state;
    for (const part of /** @type {NodeListOf<HTMLElement>} */ (place.querySelectorAll("[data-is]"))) {
      part.hidden = !(part.dataset.is ?? "").split("|").includes(line.state);
    }
    fill(place, "patient", line.patient.name);
    fill(place, "whom", ` ${line.patient.name}`);
    fill(place, "clinician", line.clinician.name);
    fill(place, "starts", time(line.starts_at));
    fill(place, "since", time(line.waiting_since));
    fill(place, "note-at", time(line.note?.at));
    const minutes = line.waiting_since ? Math.floor((Date.now() - Date.parse(line.waiting_since)) / 60_000) : 0;
    fill(place, "minutes", minutes > 0 ? ` (${minutes} ${words.minutes})` : "");
    /** @param {string} slot @param {boolean} shown */
    const show = (slot, shown) => place.querySelector(`[data-slot="${slot}"]`)?.toggleAttribute("hidden", !shown);
    show("noted", Boolean(line.note));
    show("away", line.state === "waiting" && !line.here);
    show("admit", line.mine && line.state === "waiting");
    show("room", line.mine);
    for (const form of place.querySelectorAll("form")) if (form.dataset.command) form.dataset.visit = line.visit;
  }

  function draw() {
    const known = new Map([...places.children].map((place) => [/** @type {HTMLElement} */ (place).dataset.visit, /** @type {HTMLElement} */ (place)]));
    lines.forEach((line, at) => {
      const place = known.get(line.visit) ?? made(line);
      known.delete(line.visit);
      dress(place, line);
      if (places.children[at] !== place) places.insertBefore(place, places.children[at] ?? null);
    });
    for (const place of known.values()) place.remove();
    root.querySelector("[data-empty]")?.toggleAttribute("hidden", lines.length > 0);
  }

  function ring() {
    const now = new Set(lines.filter(({ state }) => state === "waiting").map(({ visit }) => visit));
    const fresh = waiting ? lines.filter(({ visit }) => now.has(visit) && !waiting?.has(visit)) : [];
    waiting = now;
    for (const place of places.children) place.classList.toggle("fresh-in", fresh.some(({ visit }) => visit === /** @type {HTMLElement} */ (place).dataset.visit));
    if (!fresh.length) return;
    announce(fresh.map(({ patient }) => `${patient.name} ${words.arrived}`).join(". "), "urgent");
    if (bell.isOn()) void sound(CHIME);
    if (document.hidden) document.title = `(${fresh.length}) ${document.title}`;
  }

  ordersOf(root, {
    visit: "",
    isCalling: () => false,
    tell(sentence) {
      told.textContent = sentence;
      told.hidden = !sentence;
      if (sentence) announce(sentence, "urgent");
    },
  });
  follow(words.topic ?? "", 0, {
    items(items) {
      lines = items[items.length - 1].visits;
      draw();
      ring();
    },
    left: () => location.reload(),
  });
  watch((condition) => {
    root.querySelector("[data-live]")?.toggleAttribute("hidden", condition !== "live");
    root.querySelector("[data-lost]")?.toggleAttribute("hidden", condition !== "lost");
    if (condition === "away") location.assign(document.body.dataset.signIn ?? "/");
  });
  setInterval(draw, 20_000);
}

/**
 * Rings only for whoever pressed it on this device: nothing ever sounds unasked.
 * @param {HTMLElement} button
 */
function bellOf(button) {
  const label = /** @type {HTMLElement} */ (button.querySelector("span"));
  let on = choice.get("bell") !== "";
  const show = () => {
    label.textContent = (on ? button.dataset.on : button.dataset.off) ?? "";
  };
  button.addEventListener("click", () => {
    on = !on;
    choice.set("bell", on ? "on" : "");
    show();
    if (on) void sound(CHIME);
  });
  show();
  return { isOn: () => on };
}
