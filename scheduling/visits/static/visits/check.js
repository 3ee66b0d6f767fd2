// @ts-check
/** Tries what a visit needs, one thing after the other, and says in words what to do. Nothing leaves the device. */

import { isLive, reach, watch } from "../portal/js/socket.js";
import { factsOf } from "./facts.js";
import { choice, hear, isAble, list, sound, take, takeBoth } from "./media.js";

const NOTES = [523, 659, 784];
const LOUD = 0.03;
const PATIENCE = 10_000;
const SLOW = 1_500;

/** @param {HTMLElement} root */
export function mount(root) {
  const facts = factsOf(root, { begun: "no", able: isAble() ? "yes" : "no", camera: "wait", microphone: "wait", speaker: "new", line: "wait", all: "no", speakers: "no" });
  facts.set({});
  const mirror = /** @type {HTMLVideoElement} */ (root.querySelector("[data-mirror]"));
  const meter = /** @type {HTMLMeterElement} */ (root.querySelector("#level"));
  /** @type {Record<string, MediaStreamTrack | null>} */
  const mine = { camera: null, microphone: null };
  let deaf = () => {};

  /** @param {Record<string, string>} changed */
  const tell = (changed) => {
    facts.set(changed);
    const { camera, microphone, speaker, line } = facts.now;
    facts.set({ all: [camera, microphone, speaker, line].every((one) => one === "good") ? "good" : "no" });
  };

  /**
   * @param {"camera" | "microphone"} kind
   * @param {{ track: MediaStreamTrack | null, trouble: string }} got
   */
  function put(kind, { track, trouble }) {
    if (mine[kind] !== track) mine[kind]?.stop();
    mine[kind] = track;
    if (kind === "microphone") deaf();
    if (!track) return tell({ [kind]: trouble });
    track.onended = () => mine[kind] === track && put(kind, { track: null, trouble: "busy" });
    if (kind === "camera") {
      mirror.srcObject = new MediaStream([track]);
      return tell({ camera: "good" });
    }
    tell({ microphone: "quiet" });
    deaf = hear(track, (level) => {
      meter.value = level;
      if (level > LOUD && facts.now.microphone === "quiet") tell({ microphone: "good" });
    });
  }

  async function fillPicks() {
    for (const pick of /** @type {NodeListOf<HTMLSelectElement>} */ (root.querySelectorAll("[data-pick]"))) {
      const kind = /** @type {"camera" | "microphone" | "speaker"} */ (pick.dataset.pick);
      const found = await list(kind);
      pick.replaceChildren(new Option(root.dataset.any, ""), ...found.map((one) => new Option(one.label, one.deviceId)));
      const current = mine[kind]?.getSettings().deviceId ?? choice.get(kind);
      pick.value = found.some((one) => one.deviceId === current) ? current : "";
      if (kind === "speaker") facts.set({ speakers: found.length > 1 ? "yes" : "no" });
    }
  }
  root.addEventListener("change", async ({ target }) => {
    const pick = /** @type {HTMLSelectElement} */ (target);
    const kind = /** @type {"camera" | "microphone" | "speaker"} */ (pick.dataset.pick);
    if (!kind) return;
    choice.set(kind, pick.value);
    if (kind === "speaker") tell({ speaker: "new" });
    else put(kind, await take(kind, pick.value));
  });

  /** @type {Record<string, () => unknown>} */
  const acts = {
    async begin() {
      if (!isAble()) return;
      facts.set({ begun: "yes" });
      look();
      const got = await takeBoth({ camera: choice.get("camera"), microphone: choice.get("microphone") });
      put("camera", got.camera);
      put("microphone", got.microphone);
      await fillPicks();
      navigator.mediaDevices.addEventListener("devicechange", () => void fillPicks());
    },
    async "again-camera"() {
      put("camera", await take("camera"));
      await fillPicks();
    },
    async "again-microphone"() {
      put("microphone", await take("microphone"));
      await fillPicks();
    },
    async play() {
      const sounded = await sound(NOTES, { device: choice.get("speaker"), loud: 0.25 });
      tell({ speaker: sounded ? "asked" : "bad" });
    },
    heard: () => tell({ speaker: "good" }),
    unheard: () => tell({ speaker: "bad" }),
  };
  root.addEventListener("click", ({ target }) => {
    const button = /** @type {HTMLElement | null} */ (/** @type {Element} */ (target).closest("[data-do]"));
    if (button) void acts[button.dataset.do ?? ""]?.();
  });

  /** The live line of this page is there, and how soon an answer comes. */
  function look() {
    const from = performance.now();
    reach();
    watch((condition) => {
      if (condition !== "live" || facts.now.line === "good") return;
      tell({ line: performance.now() - from > SLOW ? "slow" : "good" });
    });
    setTimeout(() => !isLive() && tell({ line: "bad" }), PATIENCE);
  }
  addEventListener("pagehide", () => {
    for (const track of Object.values(mine)) track?.stop();
  });
}
