import { Button, Drawer, NumberInput, Select, Textarea, TextInput } from "@mantine/core";
import { DateInput } from "@mantine/dates";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api } from "../shared/api";
import { t } from "../shared/i18n";
import type { Document, DocumentForm, Urgency } from "../shared/protocol";
import { Confirm } from "./Confirm";
import { Refusal } from "./States";

interface PaperDrawerProps {
  readonly document: Document | undefined;
  readonly mayEdit: boolean;
  readonly onClose: () => void;
}

const urgencies: readonly Urgency[] = ["normal", "urgent", "very_urgent", "express"];

/** A document opened beside the meeting: the file itself, and the fields of the decree. */
export function PaperDrawer({ document, mayEdit, onClose }: PaperDrawerProps) {
  return (
    <Drawer
      opened={document !== undefined}
      onClose={onClose}
      position="right"
      size="min(1200px, 94vw)"
      title={document?.form.title}
      closeButtonProps={{ "aria-label": t("hall.close") }}
    >
      {document && (
        <div className="drawer">
          <Reader document={document} />
          <Fields document={document} mayEdit={mayEdit} onClose={onClose} />
        </div>
      )}
    </Drawer>
  );
}

function Reader({ document }: { readonly document: Document }) {
  const file = `/api/documents/${document.id}/file`;
  const type = document.media_type;
  return (
    <div className="reader">
      {type.startsWith("video/") ? (
        // biome-ignore lint/a11y/useMediaCaption: films of the meeting come without captions
        <video src={file} controls preload="metadata" />
      ) : type.startsWith("image/") ? (
        <img src={file} alt={document.form.title} />
      ) : type === "application/pdf" || type === "text/plain" ? (
        <iframe src={file} title={document.form.title} />
      ) : (
        <p className="soft">{t("papers.no_preview")}</p>
      )}
      <Button component="a" variant="default" href={`${file}?download`}>
        {t("papers.download")} · {document.file_name}
      </Button>
    </div>
  );
}

interface FieldsProps {
  readonly document: Document;
  readonly mayEdit: boolean;
  readonly onClose: () => void;
}

type TextField =
  | "title"
  | "type_name"
  | "code_number"
  | "code_notation"
  | "issuer"
  | "language"
  | "signer_name"
  | "signer_position"
  | "to_places";

type DayField = "issued_on" | "arrived_on" | "due_on";
type NumberField = "page_amount" | "arrival_number";

/** Lengths as decreed (Decree 30/2020, Annex VI). */
const lengths: Readonly<Record<TextField, number>> = {
  title: 500,
  type_name: 100,
  code_number: 11,
  code_notation: 30,
  issuer: 200,
  language: 30,
  signer_name: 50,
  signer_position: 100,
  to_places: 1000,
};

function Fields({ document, mayEdit, onClose }: FieldsProps) {
  const [form, setForm] = useState<DocumentForm>(document.form);
  const client = useQueryClient();
  const stored = () => client.invalidateQueries({ queryKey: ["meeting", document.meeting] });
  const save = useMutation({ mutationFn: () => api.changeDocument(document.id, form), onSuccess: stored });
  const remove = useMutation({
    mutationFn: () => api.removeDocument(document.id),
    onSuccess: async () => {
      onClose();
      await stored();
    },
  });
  const text = (key: TextField) => (
    <TextInput
      label={t(`document.${key}`)}
      readOnly={!mayEdit}
      maxLength={lengths[key]}
      value={form[key]}
      onChange={(event) => setForm({ ...form, [key]: event.currentTarget.value })}
    />
  );
  const day = (key: DayField) => (
    <DateInput
      label={t(`document.${key}`)}
      readOnly={!mayEdit}
      valueFormat="DD/MM/YYYY"
      clearable
      value={form[key] ?? null}
      onChange={(value) => setForm(without(form, key, value?.slice(0, 10)))}
    />
  );
  const count = (key: NumberField) => (
    <NumberInput
      label={t(`document.${key}`)}
      readOnly={!mayEdit}
      min={1}
      allowDecimal={false}
      value={form[key] ?? ""}
      onChange={(value) => setForm(without(form, key, typeof value === "number" ? value : undefined))}
    />
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <form className="fields" onSubmit={submit}>
      {text("title")}
      <Textarea
        label={t("document.subject")}
        readOnly={!mayEdit}
        maxLength={500}
        autosize
        minRows={2}
        value={form.subject}
        onChange={(event) => setForm({ ...form, subject: event.currentTarget.value })}
      />
      <div className="two">
        {text("type_name")}
        {text("issuer")}
        {text("code_number")}
        {text("code_notation")}
        {day("issued_on")}
        {day("arrived_on")}
        {count("arrival_number")}
        {day("due_on")}
        {text("signer_name")}
        {text("signer_position")}
        <Select
          label={t("document.urgency")}
          readOnly={!mayEdit}
          allowDeselect={false}
          value={form.urgency}
          data={urgencies.map((urgency) => ({ value: urgency, label: t(`urgency.${urgency}`) }))}
          onChange={(urgency) => urgency && setForm({ ...form, urgency: urgency as Urgency })}
        />
        {count("page_amount")}
        {text("language")}
        {text("to_places")}
      </div>
      <Textarea
        label={t("document.description")}
        readOnly={!mayEdit}
        maxLength={500}
        autosize
        value={form.description}
        onChange={(event) => setForm({ ...form, description: event.currentTarget.value })}
      />
      <Refusal error={save.error ?? remove.error} />
      {mayEdit && (
        <div className="row wrap">
          <Button type="submit" loading={save.isPending}>
            {t("form.save")}
          </Button>
          {save.isSuccess && !save.isPending && <span className="soft">✓ {t("office.stored")}</span>}
          <span className="space" />
          <Confirm
            label={t("papers.delete")}
            question={t("papers.delete_sure")}
            yes={t("papers.delete")}
            onYes={() => remove.mutate()}
          />
        </div>
      )}
    </form>
  );
}

/** An emptied field is absent in the protocol, not null. */
function without<Key extends DayField | NumberField>(
  form: DocumentForm,
  key: Key,
  value: DocumentForm[Key] | undefined,
): DocumentForm {
  const { [key]: _, ...rest } = form;
  return (value === undefined ? rest : { ...rest, [key]: value }) as DocumentForm;
}
