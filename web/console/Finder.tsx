import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { matchRank } from "../shared/folding";
import { t } from "../shared/i18n";
import type { ConsoleView, SiteId } from "../shared/protocol";
import { keyName } from "./ActionButton";
import { type Action, possible } from "./actions/action";
import { actions, run } from "./actions/list";
import { changeDesk, currentDesk, putInNext, putOnAir, useDesk } from "./desk";
import { camera, dragged, type Source, screen, siteOf } from "./draft";
import { nameOf, presenceTexts } from "./OnAir";

type Found =
  | { readonly kind: "source"; readonly source: Source; readonly rank: number }
  | { readonly kind: "action"; readonly action: Action; readonly rank: number };

const shown = 8;

/** "sin ho" finds Sìn Hồ, "27" the hall of that number, "ghi" the recording. */
export function Finder({ view }: { readonly view: ConsoleView }) {
  const { finding } = useDesk();
  const [typed, setTyped] = useState("");
  const [chosen, setChosen] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (finding) input.current?.focus();
  }, [finding]);
  const found = typed.trim() === "" ? [] : search(view, typed);

  const close = () => {
    setTyped("");
    setChosen(0);
    changeDesk({ finding: false });
    input.current?.blur();
  };
  const take = (one: Found | undefined, onAir: boolean) => {
    if (!one) return;
    if (one.kind === "action") run(one.action);
    else if (onAir) putOnAir(one.source);
    else putInNext(one.source, { site: siteOf(one.source) });
    close();
  };
  const press = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter") take(found[chosen], event.shiftKey);
    else if (event.key === "Escape") close();
    else if (event.key === "ArrowDown") setChosen(Math.min(found.length - 1, chosen + 1));
    else if (event.key === "ArrowUp") setChosen(Math.max(0, chosen - 1));
    else return;
    event.preventDefault();
  };
  return (
    <div className="finder">
      <kbd>/</kbd>
      <input
        ref={input}
        value={typed}
        placeholder={t("console.find_hint")}
        aria-label={t("console.find")}
        role="combobox"
        aria-expanded={found.length > 0}
        aria-controls="found"
        aria-activedescendant={found[chosen] ? `found-${chosen}` : ""}
        onChange={(event) => {
          setTyped(event.target.value);
          setChosen(0);
        }}
        onKeyDown={press}
        onBlur={() => changeDesk({ finding: false })}
      />
      {found.length > 0 && (
        <div className="found" id="found" role="listbox" aria-label={t("console.find")}>
          {found.map((one, index) => (
            <button
              key={one.kind === "source" ? dragged(one.source) : one.action.id}
              id={`found-${index}`}
              type="button"
              role="option"
              aria-selected={index === chosen}
              onClick={(event) => take(one, event.shiftKey)}
            >
              {one.kind === "source" ? (
                <SourceLine view={view} source={one.source} />
              ) : (
                <ActionLine action={one.action} />
              )}
            </button>
          ))}
          <p className="small soft">{t("console.find_keys")}</p>
        </div>
      )}
    </div>
  );
}

function search(view: ConsoleView, typed: string): readonly Found[] {
  const sites = Object.entries(view.sites).flatMap(([id, site]): readonly Found[] => {
    const number = Number(id) as SiteId;
    const rank = String(site.number) === typed.trim() ? 9 : matchRank(site.name, typed);
    const found: Found = { kind: "source", source: camera(number), rank };
    if (!site.screen) return [found];
    // "man hinh" finds all that are shared; by the hall's name it stands behind its camera.
    const whole = matchRank(t("screen.of", { name: site.name }), typed);
    return [found, { kind: "source", source: screen(number), rank: Math.max(rank * 0.9, whole * 0.9) }];
  });
  const desk = currentDesk();
  const commands = actions
    .filter((action) => possible(action, view, desk))
    .map((action): Found => ({ kind: "action", action, rank: matchRank(t(action.text), typed) / 2 }));
  return [...sites, ...commands]
    .filter(({ rank }) => rank > 0)
    .sort((a, b) => b.rank - a.rank)
    .slice(0, shown);
}

function SourceLine({ view, source }: { readonly view: ConsoleView; readonly source: Source }) {
  const id = siteOf(source);
  const site = id === undefined ? undefined : view.sites[id];
  if (!site) return null;
  return (
    <>
      <span className="faint">{String(site.number).padStart(2, "0")}</span> <b>{nameOf(view, source)}</b>
      <span className="space" />
      <span className="small soft">{t(presenceTexts[site.presence])}</span>
    </>
  );
}

function ActionLine({ action }: { readonly action: Action }) {
  return (
    <>
      <span>{t(action.text)}</span>
      <span className="space" />
      {action.key && <kbd>{keyName(action.key)}</kbd>}
    </>
  );
}
