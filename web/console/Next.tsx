import type { DragEvent } from "react";
import { t } from "../shared/i18n";
import { areas, type ConsoleView, type Layout } from "../shared/protocol";
import { areaStyle } from "../shared/ui/areas";
import { ActionButton, keyName } from "./ActionButton";
import { run } from "./actions/list";
import { cut, layoutActions, takeAir } from "./actions/stage";
import { changeDesk, useDesk } from "./desk";
import { camera, place, siteOf, sourceOf } from "./draft";
import { nameOf } from "./OnAir";
import { Picture } from "./Picture";
import { ScreenSign } from "./ScreenSign";

/** The type under which a tile of the wall, a screen or a film is dragged. */
export const dragType = "text/x-diemcau-source";

/** The next scene, arranged unseen. */
export function Next({ view }: { readonly view: ConsoleView }) {
  const desk = useDesk();
  const { draft } = desk;
  const click = (index: number) => {
    if (desk.armed && desk.site !== undefined)
      changeDesk({ draft: place(draft, index, camera(desk.site)), armed: false, cell: undefined });
    else changeDesk({ cell: desk.cell === index ? undefined : index });
  };
  const drop = (event: DragEvent, index: number) => {
    const source = sourceOf(event.dataTransfer.getData(dragType));
    if (!source) return;
    event.preventDefault();
    changeDesk({ draft: place(draft, index, source), cell: undefined, armed: false });
  };
  return (
    <section className="next-scene" aria-label={t("console.next")}>
      <div className="frame next">
        <div className="cells" data-layout={draft.layout}>
          {draft.cells.map((cell, index) => {
            const site = siteOf(cell.source);
            const name = cell.source && nameOf(view, cell.source);
            return (
              <div
                // biome-ignore lint/suspicious/noArrayIndexKey: a cell is its place
                key={index}
                className={desk.cell === index ? "cell chosen" : "cell"}
                style={areaStyle(draft.layout, index)}
                data-next-cell={index}
              >
                <button
                  type="button"
                  className="cell-button"
                  aria-label={t("console.cell", { cell: index + 1, name: name ?? t("console.cell_empty") })}
                  aria-pressed={desk.cell === index}
                  onClick={() => click(index)}
                  onDragOver={(event) =>
                    event.dataTransfer.types.includes(dragType) && event.preventDefault()
                  }
                  onDrop={(event) => drop(event, index)}
                >
                  {site !== undefined && cell.source?.type === "camera" ? (
                    <Picture key={site} site={String(site)} />
                  ) : (
                    <span className="faint">
                      {cell.source === undefined ? (
                        index + 1
                      ) : cell.source.type === "clip" ? (
                        "▶"
                      ) : (
                        <ScreenSign />
                      )}
                    </span>
                  )}
                </button>
                {name && <span className="plate">{name}</span>}
                {cell.source && (
                  <button
                    type="button"
                    className="clear"
                    aria-label={t("console.cell_clear", { cell: index + 1 })}
                    onClick={() => changeDesk({ draft: place(draft, index, undefined), cell: undefined })}
                  >
                    ×
                  </button>
                )}
              </div>
            );
          })}
        </div>
        <span className="tag next">{t("console.next")}</span>
      </div>
      <div className="under">
        <div className="layouts">
          {layoutActions.map((action) => (
            <button
              key={action.id}
              type="button"
              className={draft.layout === action.layout ? "layout chosen" : "layout"}
              title={`${t(action.text)} (${keyName(action.key ?? "")})`}
              aria-label={t(action.text)}
              aria-pressed={draft.layout === action.layout}
              data-layout={action.layout}
              onClick={() => run(action)}
            >
              {draftShape(action.layout)}
            </button>
          ))}
        </div>
        <span className="space" />
        <ActionButton action={cut} view={view} className="next" />
      </div>
      <div className="hint">
        <p className="small soft">{t(desk.armed ? "console.hint_armed" : "console.hint")}</p>
        <ActionButton action={takeAir} view={view} />
      </div>
    </section>
  );
}

function draftShape(layout: Layout) {
  return (
    <span>
      {areas[layout].map((area, index) => (
        <i key={`${area.x},${area.y}`} style={areaStyle(layout, index)} />
      ))}
    </span>
  );
}
