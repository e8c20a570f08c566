import type { Command, SiteId } from "../../shared/protocol";
import type { Desk } from "../desk";
import type { Action } from "./action";

export function floorFor(site: SiteId, { speakingMinutes }: Desk): Command {
  return { type: "give_floor", site, ...(speakingMinutes > 0 ? { seconds: speakingMinutes * 60 } : {}) };
}

export const giveFloorToNext: Action = {
  id: "floor.give_next",
  text: "console.floor.give_next",
  key: "f",
  command: ({ waiting, state }, desk) => {
    const site = waiting[0];
    return site === undefined || state !== "open" ? undefined : floorFor(site, desk);
  },
};

export const moreTime: Action = {
  id: "floor.more_time",
  text: "console.floor.more_time",
  key: "+",
  command: ({ speaker }) =>
    speaker?.until === undefined ? undefined : { type: "extend_floor", seconds: 60 },
};

export const takeFloor: Action = {
  id: "floor.take",
  text: "console.floor.take",
  key: "t",
  command: ({ speaker }) => (speaker ? { type: "take_floor" } : undefined),
};
