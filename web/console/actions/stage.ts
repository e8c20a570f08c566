import type { Layout } from "../../shared/protocol";
import { layouts, sameScene, withLayout } from "../draft";
import type { Action } from "./action";

export const cut: Action = {
  id: "stage.cut",
  text: "console.cut",
  key: "enter",
  command: ({ may, scene }, { draft }) =>
    may.stage && !sameScene(scene, draft) ? { type: "stage_scene", scene: draft } : undefined,
};

export const undo: Action = {
  id: "stage.undo",
  text: "console.undo",
  key: "backspace",
  command: ({ may }) => (may.undo ? { type: "undo_scene" } : undefined),
};

/** NEXT becomes what is on air: the start of a small change. */
export const takeAir: Action = {
  id: "stage.take_air",
  text: "console.take_air",
  key: "0",
  change: ({ scene }) => ({ draft: scene, cell: undefined }),
};

const layoutTexts = {
  single: "layout.single",
  side_by_side: "layout.side_by_side",
  speaker_strip: "layout.speaker_strip",
  grid_2x2: "layout.grid_2x2",
  grid_3x3: "layout.grid_3x3",
  document_inset: "layout.document_inset",
} as const;

export const layoutActions: readonly (Action & { readonly layout: Layout })[] = layouts.map(
  (layout, index) => ({
    id: `stage.layout.${layout}`,
    text: layoutTexts[layout],
    key: String(index + 1),
    layout,
    change: (_view, { draft }) => ({ draft: withLayout(draft, layout), cell: undefined }),
  }),
);
