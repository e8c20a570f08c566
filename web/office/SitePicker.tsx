import { Button, Radio, TextInput } from "@mantine/core";
import { useState } from "react";
import { matchRank } from "../shared/folding";
import { t } from "../shared/i18n";
import type { MeetingForm, Site, Tier } from "../shared/protocol";
import { invite, moved, sitesOfTier, withMain } from "./meetingForm";
import { useSites, useUnits } from "./queries";
import { Failed, Loading } from "./States";

interface SitePickerProps {
  readonly form: MeetingForm;
  readonly onChange: (form: MeetingForm) => void;
}

const presets = ["province", "department", "district", "commune"] as const satisfies readonly Tier[];

/** Left: who could be invited, found without marks. Right: who is, in protocol order, and which hall is the main one. */
export function SitePicker({ form, onChange }: SitePickerProps) {
  const sites = useSites();
  const units = useUnits();
  const [typed, setTyped] = useState("");
  if (sites.error) return <Failed error={sites.error} again={() => void sites.refetch()} />;
  if (!sites.data) return <Loading />;
  const all = sites.data;
  const invited = new Set(form.sites.map(({ site }) => site));
  const open = all
    .filter((site) => site.active && !invited.has(site.id))
    .map((site) => ({ site, rank: rankOf(site, typed) }))
    .filter(({ rank }) => rank > 0)
    .sort((a, b) => b.rank - a.rank || a.site.number - b.site.number)
    .map(({ site }) => site);
  const add = (ids: readonly Site["id"][]) => onChange({ ...form, sites: invite(form.sites, ids) });
  const label = (id: Site["id"]) => {
    const site = all.find((one) => one.id === id);
    return site ? `${String(site.number).padStart(2, "0")} · ${site.name}` : `#${id}`;
  };
  return (
    <section className="panel fields">
      <h2>
        {t("form.sites")} <span className="soft">{form.sites.length}</span>
      </h2>
      <div className="row wrap">
        {presets.map((tier) => {
          const ids = sitesOfTier(all, units.data ?? [], tier);
          return (
            ids.length > 0 && (
              <Button key={tier} variant="default" size="compact-sm" onClick={() => add(ids)}>
                {t(`preset.${tier}`, { count: ids.length })}
              </Button>
            )
          );
        })}
        <Button variant="default" size="compact-sm" onClick={() => onChange({ ...form, sites: [] })}>
          {t("form.no_sites")}
        </Button>
      </div>
      <div className="two">
        <div>
          <TextInput
            aria-label={t("form.find_site")}
            placeholder={t("form.find_site")}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
              event.preventDefault();
              const first = open[0];
              if (first && typed.trim() !== "") add([first.id]);
              setTyped("");
            }}
          />
          <ul className="picker-list">
            {open.map((site) => (
              <li key={site.id}>
                <button type="button" onClick={() => add([site.id])}>
                  + {label(site.id)} <span className="soft">{site.room}</span>
                </button>
              </li>
            ))}
          </ul>
        </div>
        <ol className="picker-list chosen">
          {form.sites.length === 0 && <li className="soft">{t("form.sites_empty")}</li>}
          {form.sites.map((one, index) => (
            <li key={one.site}>
              <span className="name">{label(one.site)}</span>
              <Radio
                name="main"
                label={t("form.main")}
                checked={one.main}
                onChange={() => onChange({ ...form, sites: withMain(form.sites, one.site) })}
              />
              <Button
                variant="subtle"
                size="compact-sm"
                disabled={index === 0}
                aria-label={t("form.up")}
                onClick={() => onChange({ ...form, sites: moved(form.sites, index, index - 1) })}
              >
                ↑
              </Button>
              <Button
                variant="subtle"
                size="compact-sm"
                aria-label={t("form.remove")}
                onClick={() =>
                  onChange({ ...form, sites: form.sites.filter(({ site }) => site !== one.site) })
                }
              >
                ×
              </Button>
            </li>
          ))}
        </ol>
      </div>
    </section>
  );
}

function rankOf(site: Site, typed: string): number {
  return String(site.number) === typed.trim() ? 9 : matchRank(site.name, typed);
}
