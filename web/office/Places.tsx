import { Button, Modal, NumberInput, Select, Switch, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api } from "../shared/api";
import { matchRank } from "../shared/folding";
import { writtenDay } from "../shared/format";
import { t } from "../shared/i18n";
import type { Site, SiteId, Tier, Unit, UnitId } from "../shared/protocol";
import { useTitle } from "../shared/useTitle";
import { useMe, useSites, useUnits } from "./queries";
import { Empty, Failed, Loading, Refusal } from "./States";
import { type TreeRow, treeRows } from "./tree";

const tiers: readonly Tier[] = ["government", "ministry", "province", "department", "district", "commune"];

/** Units as a tree, and the halls of each. */
export function Places() {
  const units = useUnits();
  useTitle(t("nav.places"));
  const sites = useSites();
  const me = useMe();
  const [typed, setTyped] = useState("");
  const [site, setSite] = useState<Site>();
  const [unit, setUnit] = useState<Unit>();
  const error = units.error ?? sites.error;
  if (error)
    return <Failed error={error} again={() => void Promise.all([units.refetch(), sites.refetch()])} />;
  if (!units.data || !sites.data) return <Loading />;
  const administers = me.data?.rights.administer === true;
  const all = sites.data;
  const number = Math.max(0, ...all.map((one) => one.number)) + 1;
  const rows = treeRows(units.data, all, (text) => matchRank(text, typed) > 0);
  return (
    <main className="page">
      <div className="page-head">
        <h1>{t("nav.places")}</h1>
        <span className="space" />
        <TextInput
          aria-label={t("places.find")}
          placeholder={t("places.find")}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        {administers && (
          <>
            <Button variant="default" onClick={() => setUnit(newUnit(units.data))}>
              {t("places.new_unit")}
            </Button>
            <Button disabled={units.data.length === 0} onClick={() => setSite(newSite(number, units.data))}>
              {t("places.new_site")}
            </Button>
          </>
        )}
      </div>
      {rows.length === 0 ? (
        <Empty>{t(typed ? "places.nothing" : "places.empty")}</Empty>
      ) : (
        <ul className="tree panel">
          {rows.map((row) => (
            <Row key={row.unit.id} row={row} {...(administers ? { onUnit: setUnit, onSite: setSite } : {})} />
          ))}
        </ul>
      )}
      <Modal
        opened={site !== undefined}
        onClose={() => setSite(undefined)}
        title={t(site?.id ? "places.edit_site" : "places.new_site")}
      >
        {site && <SiteForm site={site} units={units.data} onDone={() => setSite(undefined)} />}
      </Modal>
      <Modal
        opened={unit !== undefined}
        onClose={() => setUnit(undefined)}
        title={t(unit?.id ? "places.edit_unit" : "places.new_unit")}
      >
        {unit && <UnitForm unit={unit} units={units.data} onDone={() => setUnit(undefined)} />}
      </Modal>
    </main>
  );
}

interface RowProps {
  readonly row: TreeRow;
  readonly onUnit?: (unit: Unit) => void;
  readonly onSite?: (site: Site) => void;
}

function Row({ row: { unit, depth, sites }, onUnit, onSite }: RowProps) {
  const validity = [
    unit.valid_from && t("places.from", { day: writtenDay(unit.valid_from) }),
    unit.valid_to && t("places.to", { day: writtenDay(unit.valid_to) }),
  ].filter(Boolean);
  return (
    <li className={`depth-${Math.min(depth, 4)}`}>
      <div className="row wrap unit-line">
        <b>{unit.name}</b>
        <span className="soft small">
          {[t(`tier.${unit.tier}`), unit.code, ...validity].filter(Boolean).join(" · ")}
        </span>
        {onUnit && (
          <Button variant="subtle" size="compact-xs" onClick={() => onUnit(unit)}>
            {t("meeting.edit")}
          </Button>
        )}
      </div>
      {sites.map((site) => (
        <div key={site.id} className={site.active ? "site-line" : "site-line inactive"}>
          <span className="number">{String(site.number).padStart(2, "0")}</span>
          <b>{site.name}</b>
          <span className="soft">{site.room}</span>
          <span className="soft">{site.contact}</span>
          {!site.active && <span className="mark">{t("places.inactive")}</span>}
          {onSite && (
            <Button variant="subtle" size="compact-xs" onClick={() => onSite(site)}>
              {t("meeting.edit")}
            </Button>
          )}
        </div>
      ))}
    </li>
  );
}

function newSite(number: number, units: readonly Unit[]): Site {
  return {
    id: 0 as SiteId,
    uuid: "",
    unit: units[0]?.id ?? (0 as UnitId),
    number,
    name: "",
    room: "",
    contact: "",
    active: true,
    camera: "",
  };
}

function newUnit(units: readonly Unit[]): Unit {
  const province = units.find((unit) => unit.tier === "province");
  return {
    id: 0 as UnitId,
    uuid: "",
    ...(province ? { parent: province.id } : {}),
    tier: province ? "district" : "province",
    name: "",
    code: "",
    sort_order: units.length + 1,
  };
}

function SiteForm({
  site,
  units,
  onDone,
}: {
  readonly site: Site;
  readonly units: readonly Unit[];
  readonly onDone: () => void;
}) {
  const [form, setForm] = useState(site);
  const [camera, setCamera] = useState("");
  const [cameraRemoved, setCameraRemoved] = useState(false);
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: async () => {
      const { id } = await api.saveSite(form);
      // A new hall that is stored is changed from now on, should its camera's address be refused.
      setForm({ ...form, id });
      if (camera !== "" || cameraRemoved) await api.setCamera(id, { url: camera.trim() });
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["sites"] });
      onDone();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <form className="fields" onSubmit={submit}>
      <NumberInput
        label={t("places.number")}
        description={t("places.number_means")}
        min={1}
        max={9999}
        required
        value={form.number}
        onChange={(value) => setForm({ ...form, number: Number(value) })}
      />
      <TextInput
        label={t("places.name")}
        description={t("places.name_means")}
        required
        data-autofocus
        value={form.name}
        onChange={(event) => setForm({ ...form, name: event.currentTarget.value })}
      />
      <Select
        label={t("places.unit")}
        searchable
        allowDeselect={false}
        value={String(form.unit)}
        data={units.map((unit) => ({ value: String(unit.id), label: unit.name }))}
        onChange={(unit) => unit && setForm({ ...form, unit: Number(unit) as UnitId })}
      />
      <TextInput
        label={t("places.room")}
        value={form.room}
        onChange={(event) => setForm({ ...form, room: event.currentTarget.value })}
      />
      <TextInput
        label={t("places.contact")}
        value={form.contact}
        onChange={(event) => setForm({ ...form, contact: event.currentTarget.value })}
      />
      <TextInput
        label={t("places.camera")}
        description={
          site.camera && !cameraRemoved
            ? t("places.camera_set", { place: site.camera })
            : t("places.camera_means")
        }
        placeholder="rtsp://"
        autoComplete="off"
        spellCheck={false}
        value={camera}
        onChange={(event) => setCamera(event.currentTarget.value)}
      />
      {site.camera && !cameraRemoved && (
        <Button variant="subtle" size="compact-sm" onClick={() => setCameraRemoved(true)}>
          {t("places.camera_remove")}
        </Button>
      )}
      <Switch
        label={t("places.active")}
        checked={form.active}
        onChange={(event) => setForm({ ...form, active: event.currentTarget.checked })}
      />
      <Refusal error={save.error} />
      <Button type="submit" loading={save.isPending}>
        {t("form.save")}
      </Button>
    </form>
  );
}

function UnitForm({
  unit,
  units,
  onDone,
}: {
  readonly unit: Unit;
  readonly units: readonly Unit[];
  readonly onDone: () => void;
}) {
  const [form, setForm] = useState(unit);
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: () => api.saveUnit(form),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["units"] });
      onDone();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <form className="fields" onSubmit={submit}>
      <TextInput
        label={t("places.unit_name")}
        required
        data-autofocus
        value={form.name}
        onChange={(event) => setForm({ ...form, name: event.currentTarget.value })}
      />
      <Select
        label={t("places.tier")}
        allowDeselect={false}
        value={form.tier}
        data={tiers.map((tier) => ({ value: tier, label: t(`tier.${tier}`) }))}
        onChange={(tier) => tier && setForm({ ...form, tier: tier as Tier })}
      />
      <Select
        label={t("places.parent")}
        searchable
        clearable
        value={form.parent === undefined ? null : String(form.parent)}
        data={units
          .filter(({ id }) => id !== unit.id)
          .map(({ id, name }) => ({ value: String(id), label: name }))}
        onChange={(parent) => {
          const { parent: _, ...rest } = form;
          setForm(parent === null ? rest : { ...rest, parent: Number(parent) as UnitId });
        }}
      />
      <TextInput
        label={t("places.code")}
        value={form.code}
        onChange={(event) => setForm({ ...form, code: event.currentTarget.value })}
      />
      <NumberInput
        label={t("places.order")}
        value={form.sort_order}
        onChange={(value) => setForm({ ...form, sort_order: Number(value) })}
      />
      <Refusal error={save.error} />
      <Button type="submit" loading={save.isPending}>
        {t("form.save")}
      </Button>
    </form>
  );
}
