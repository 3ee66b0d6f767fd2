// @ts-check
/** The waiting room and the call, state by state, as the portal tells it. */

import { announce } from "../portal/js/announce.js";
import { command, follow, hurry, isLive, newId, Refused, watch } from "../portal/js/socket.js";
import { makeCall } from "./call.js";
import { factsOf, ordersOf } from "./facts.js";
import { isAble, sound } from "./media.js";
import { stageOf } from "./stage.js";

const TALKING = new Set(["admitted", "live"]);
const OVER = new Set(["ended", "missed", "cancelled"]);
const CHIME = [587, 740, 880];
const REJOIN_AFTER = 250;
const AGAIN_AFTER = 4_000;

/** @param {HTMLElement} root */
export function mount(root) {
  const words = root.dataset;
  const visit = words.visit ?? "";
  const isClinic = words.role === "clinician";
  const device = deviceOf(visit);
  /** @type {any} */
  let state = null;
  let seat = "";
  /** How often this page took its seat. */
  let sittings = 0;
  /** What was said before this page sat there again over its new socket. @type {import("./call.js").Envelope[]} */
  let unsaid = [];
  let joining = false;
  let left = false;
  let gone = "";
  /** True once this person may not be here any more. */
  let shut = false;
  let met = 0;
  let mineEpoch = 0;
  let rang = "";
  /** @type {any} */
  let lock = null;
  /** @type {{ camera: boolean, microphone: boolean }} */
  let their = { camera: true, microphone: true };

  const facts = factsOf(root, { part: part(), portal: "here", why: words.why ?? "", note: words.note ?? "", quality: "wait", line: "idle", cover: "joining", theirmute: "no", mending: "no", quiet: "no", screen: "off", trouble: "", microphone: "off", camera: "off", mirror: "off", sharing: "no" });

  const call = makeCall({
    send: (envelope) => void say(envelope),
    picture: (stream) => stage.picture(stream),
    screen: (stream) => stage.screen(stream),
    media: (media) => {
      their = media;
      cover();
    },
    line: (line) => {
      root.dataset.line = line;
      cover();
      // What broke the path may have broken the socket too, which by itself would notice half a minute later.
      if (line === "mending") hurry();
      if (line === "broken") setTimeout(() => call.line() === "broken" && join(0), isClinic ? 0 : AGAIN_AFTER);
    },
  });
  const stage = stageOf(root, facts, () => call);

  /**
   * It goes to the seat opposite. What went out over a socket that has no seat yet is said once there is one;
   * without this the other side would not hear that the camera went off while the line was cut.
   * @param {import("./call.js").Envelope} envelope
   */
  async function say(envelope) {
    const sitting = sittings;
    try {
      await command("visits.signal", { visit, seat, ...envelope }, newId());
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== "stale" || envelope.epoch !== state?.epoch) return;
      if (sitting !== sittings) void say(envelope);
      else unsaid.push(envelope);
    }
  }

  /** What lies over their picture while there is none. */
  function cover() {
    const line = call.line();
    const out = state?.peer?.why ?? "";
    const is = out ? out : line === "broken" ? "broken" : !state?.peer?.here && met ? "peer" : line === "idle" || line === "joining" ? "joining"
      : their.camera ? "no" : "camera";
    facts.set({ line, cover: is, mending: line === "mending" ? "yes" : "no", theirmute: line === "live" && !their.microphone ? "yes" : "no" });
    if (line !== "live") facts.set({ quality: "wait" });
  }

  function part() {
    if (gone) return gone;
    if (shut) return "shut";
    if (!state) return { planned: isClinic ? "expect" : opened(), waiting: isClinic ? "ready" : "waiting", admitted: "call", live: "call" }[words.state ?? ""] ?? "over";
    if (OVER.has(state.state)) return "over";
    if (left && TALKING.has(state.state)) return "left";
    if (!isClinic && state.seat === "elsewhere" && !joining && state.state !== "planned") return "elsewhere";
    if (isClinic && state.seat === "elsewhere" && !joining && TALKING.has(state.state)) return "elsewhere";
    if (TALKING.has(state.state)) return isAble() ? "call" : "unable";
    if (state.state === "waiting") return isClinic ? "ready" : "waiting";
    return isClinic ? "expect" : opened();
  }

  function opened() {
    return Date.parse(words.opens ?? "") <= Date.now() ? "door" : "early";
  }

  /** @param {any} item */
  function become(item) {
    state = item;
    if (item.seat === "mine") mineEpoch = item.epoch;
    // Somebody sits there in a later meeting than mine: it is theirs, and not taken back.
    if (item.seat === "elsewhere" && mineEpoch && item.epoch > mineEpoch) sat(visit, false);
  }

  /** The page is as the visit stands, and does what follows from it. */
  function consider() {
    if (shut) return close();
    if (!state) return;
    const talking = TALKING.has(state.state);
    const wanted = !left && !gone && (talking || (!isClinic && state.state === "waiting"));
    if (wanted && state.seat !== "mine" && !joining) {
      if (state.seat !== "elsewhere" || sat(visit)) join(met);
    }
    const now = part();
    const before = facts.now.part;
    facts.set({ part: now, why: state.ended?.why ?? "", note: state.note?.code ?? "" });
    if (before !== now) land(root);
    fill();
    awake(now === "call" || now === "waiting");
    ring(now);
    if (now === "waiting") void stage.filmIfAllowed();
    if (now === "call") {
      void stage.film();
      if (state.seat === "mine" && seat && state.ice_servers && state.peer?.here) {
        met = state.epoch;
        call.meet({ epoch: state.epoch, polite: state.polite, servers: state.ice_servers });
      } else if (!state.peer?.here) call.part();
    } else {
      call.part();
      if (now !== "waiting" && now !== "ready") void stage.dark();
    }
    cover();
  }

  /** Nothing of the visit is here any more, nor of this room. */
  function close() {
    facts.set({ part: part() });
    land(root);
    awake(false);
    ring("shut");
    call.part();
    void stage.dark();
  }

  /**
   * The seat is this page's: the talk goes on where its epoch still counts, else a new one begins.
   * @param {number} epoch
   */
  async function join(epoch) {
    if (joining || shut) return;
    joining = true;
    try {
      const result = await command("visits.join", { visit, device, epoch }, newId());
      seat = result.seat;
      sittings += 1;
      const waited = unsaid;
      unsaid = [];
      for (const envelope of waited) if (envelope.epoch === result.epoch) void say(envelope);
      sat(visit, true);
      if (state) Object.assign(state, { seat: "mine", epoch: Math.max(state.epoch, result.epoch) });
      tell("");
      joining = false;
      consider();
    } catch (error) {
      joining = false;
      if (!(error instanceof Refused)) tell(words.refused ?? "");
      else if (error.code !== "not-now") tell(error.message);
      facts.set({ part: part() });
    }
  }

  /** Once for each door that opens. @param {string} now */
  function ring(now) {
    const reason = now === "call" && !isClinic ? "call" : now === "ready" ? "ready" : "";
    if (reason && rang !== reason && rang !== "") {
      void sound(CHIME);
      if (document.hidden) document.title = `${words.ring} · ${document.title}`;
    }
    rang = reason || "none";
  }

  /** @param {boolean} on */
  async function awake(on) {
    if (!on) {
      void lock?.release();
      lock = null;
    } else if (!lock || lock.released) {
      lock = await /** @type {any} */ (navigator).wakeLock?.request("screen").catch(() => null);
    }
  }

  function fill() {
    const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: words.zone || undefined });
    const times = { since: state?.waiting_since, note: state?.note?.at };
    for (const place of /** @type {NodeListOf<HTMLTimeElement>} */ (root.querySelectorAll("time[data-time]"))) {
      const at = times[/** @type {"since" | "note"} */ (place.dataset.time)];
      if (!at) continue;
      place.textContent = clock.format(new Date(at));
      place.dateTime = at;
    }
    const minutes = state?.waiting_since ? Math.floor((Date.now() - Date.parse(state.waiting_since)) / 60_000) : 0;
    for (const place of root.querySelectorAll("span[data-minutes]")) place.textContent = minutes > 0 ? ` (${minutes} ${words.minutes})` : "";
    for (const place of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll('[data-fill="note"]'))) {
      place.textContent = state?.note?.text ?? "";
      place.hidden = !state?.note?.text;
    }
  }

  const told = /** @type {HTMLElement} */ (root.querySelector("[data-told]"));
  /** @param {string} sentence */
  function tell(sentence) {
    told.textContent = sentence;
    told.hidden = !sentence;
    if (sentence) announce(sentence, "urgent");
  }

  ordersOf(root, {
    visit,
    isCalling: () => facts.now.part === "call",
    tell,
    /** @param {string} name */
    before(name) {
      if (name === "visits.arrive") left = false;
      // The camera takes its time: it wakes while the portal writes the admission down. Nobody is connected yet.
      if (name === "visits.admit") void stage.film();
    },
    failed(name) {
      if (name === "visits.admit" && facts.now.part !== "call") void stage.dark();
    },
  });

  /** @type {Record<string, () => unknown>} */
  const acts = {
    film: () => stage.film(),
    mute: () => stage.mute(),
    camera: () => stage.camera(),
    share: () => stage.share(),
    devices: () => stage.devices(),
    hear: () => stage.play(),
    here() {
      left = false;
      return join(0);
    },
    leave() {
      left = true;
      sat(visit, false);
      command("visits.leave", { visit }, newId()).catch(() => {});
      consider();
    },
    "ask-end": () => /** @type {HTMLDialogElement | null} */ (root.querySelector("dialog[data-ending]"))?.showModal(),
  };
  root.addEventListener("click", ({ target }) => {
    const button = /** @type {HTMLElement | null} */ (/** @type {Element} */ (target).closest("[data-do]"));
    if (button) void acts[button.dataset.do ?? ""]?.();
  });

  follow(words.topic ?? "", 0, {
    items(items) {
      for (const item of items) {
        if (item.kind === "signal") call.take(item);
        else become(item);
      }
      if (items.some((/** @type {any} */ item) => item.kind === "state")) consider();
    },
    left(sentence) {
      tell(sentence);
      shut = true;
      consider();
    },
  });
  let lost = false;
  watch((condition) => {
    root.dataset.socket = condition;
    facts.set({ portal: condition === "lost" ? "lost" : "here" });
    gone = condition === "away" ? "away" : "";
    if (condition === "lost") lost = true;
    if (condition === "away") consider();
    if (condition === "live" && lost) {
      lost = false;
      const was = state?.epoch;
      // Where nobody else took the seat meanwhile, the talk goes on.
      setTimeout(() => {
        if (state && !left && isLive() && seat && (state.seat !== "elsewhere" || state.epoch === was)) join(met);
      }, REJOIN_AFTER);
    }
  });
  setInterval(() => (state ? (fill(), facts.now.part === "early" && consider()) : null), 20_000);
  addEventListener("online", () => call.line() !== "idle" && call.mend());
  addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
}

/**
 * Whoever stood on what is gone stands on the heading of what came.
 * @param {HTMLElement} root
 */
function land(root) {
  const at = document.activeElement;
  if (at && at !== document.body && !at.closest("[hidden]")) return;
  const heading = [.../** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("h1"))].find((one) => !one.closest("[hidden]"));
  if (!heading) return;
  heading.tabIndex = -1;
  heading.focus();
}

/**
 * This tab's own name for the seat's sake; it outlives a reload and nothing else.
 * @param {string} visit
 */
function deviceOf(visit) {
  try {
    const kept = sessionStorage.getItem("visit-device") ?? newId();
    sessionStorage.setItem("visit-device", kept);
    return kept;
  } catch {
    return newId();
  }
}

/**
 * True if this tab sat in the visit before it was loaded anew.
 * @param {string} visit
 * @param {boolean} [now]
 */
function sat(visit, now) {
  try {
    if (now !== undefined) sessionStorage.setItem(`visit-${visit}`, now ? "sat" : "");
    return sessionStorage.getItem(`visit-${visit}`) === "sat";
  } catch {
    return false;
  }
}
