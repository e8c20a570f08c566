import type { Action } from "./action";

export const openSession: Action = {
  id: "session.open",
  text: "console.open",
  command: ({ may }) => (may.open ? { type: "open" } : undefined),
};

export const askEnd: Action = {
  id: "session.ask_end",
  text: "console.end",
  change: ({ may }) => (may.end ? { asking: "end" } : undefined),
};

export const end: Action = {
  id: "session.end",
  text: "console.end_yes",
  command: ({ may }) => (may.end ? { type: "end" } : undefined),
  change: ({ may }) => (may.end ? { asking: undefined } : undefined),
};

export const closeMicrophones: Action = {
  id: "microphone.close_others",
  text: "console.close_microphones",
  key: "m",
  command: ({ state }) => (state === "open" ? { type: "close_other_microphones" } : undefined),
};

/** Starting needs no question; stopping asks once, in place. */
export const record: Action = {
  id: "recording.toggle",
  text: "console.record",
  key: "r",
  command: ({ may, recorder }) =>
    may.record && recorder.state !== "recording" ? { type: "start_recording" } : undefined,
  change: ({ may, recorder }) =>
    may.record && recorder.state === "recording" ? { asking: "stop_recording" } : undefined,
};

export const stopRecording: Action = {
  id: "recording.stop",
  text: "console.record_stop_yes",
  command: ({ recorder }) => (recorder.state === "recording" ? { type: "stop_recording" } : undefined),
  change: ({ recorder }) => (recorder.state === "recording" ? { asking: undefined } : undefined),
};

/** Shows or hides the hosts that the program is sent to. */
export const outputs: Action = {
  id: "outputs.toggle",
  text: "outputs.show",
  key: "u", // not "o": beside a 0 nobody could tell them apart
  change: (_view, desk) => ({ outputs: !desk.outputs }),
};

export const find: Action = {
  id: "desk.find",
  text: "console.find",
  key: "/",
  change: () => ({ finding: true }),
};

export const help: Action = {
  id: "desk.help",
  text: "console.help",
  key: "?",
  change: (_view, desk) => ({ help: !desk.help }),
};

export const letGo: Action = {
  id: "desk.let_go",
  text: "console.let_go",
  key: "escape",
  change: () => ({ help: false, asking: undefined, cell: undefined, armed: false, finding: false }),
};
