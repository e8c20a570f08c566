import { Button, Modal, PasswordInput, Select, Switch, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api } from "../shared/api";
import { t } from "../shared/i18n";
import type { Account, Role } from "../shared/protocol";
import { useTitle } from "../shared/useTitle";
import { useAccounts } from "./queries";
import { Failed, Loading, Refusal } from "./States";

const roles: readonly Role[] = ["administrator", "operator", "clerk", "chair", "official"];
const roleChoices = () => roles.map((role) => ({ value: role, label: t(`role.${role}`) }));

export function Accounts() {
  const accounts = useAccounts();
  useTitle(t("nav.accounts"));
  const [opened, setOpened] = useState<Account | "new">();
  if (accounts.error) return <Failed error={accounts.error} again={() => void accounts.refetch()} />;
  if (!accounts.data) return <Loading />;
  return (
    <main className="page">
      <div className="page-head">
        <h1>{t("nav.accounts")}</h1>
        <span className="space" />
        <Button onClick={() => setOpened("new")}>{t("account.new")}</Button>
      </div>
      <table className="list">
        <thead>
          <tr>
            <th>{t("account.name")}</th>
            <th>{t("login.user")}</th>
            <th>{t("account.role")}</th>
            <th>{t("account.state")}</th>
            <th>
              <span className="hidden">{t("meeting.edit")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {accounts.data.map((account) => (
            <tr key={account.id}>
              <td>
                <b>{account.name}</b>
              </td>
              <td>{account.user}</td>
              <td>{t(`role.${account.role}`)}</td>
              <td>{t(account.active ? "account.active" : "account.inactive")}</td>
              <td>
                <Button variant="default" size="compact-sm" onClick={() => setOpened(account)}>
                  {t("meeting.edit")}
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <Modal
        opened={opened !== undefined}
        onClose={() => setOpened(undefined)}
        title={opened === "new" ? t("account.new") : opened?.name}
      >
        {opened === "new" && <NewAccountForm onDone={() => setOpened(undefined)} />}
        {opened && opened !== "new" && <AccountForm account={opened} onDone={() => setOpened(undefined)} />}
      </Modal>
    </main>
  );
}

function NewAccountForm({ onDone }: { readonly onDone: () => void }) {
  const [form, setForm] = useState({ user: "", name: "", password: "", role: "operator" as Role });
  const client = useQueryClient();
  const add = useMutation({
    mutationFn: () => api.addAccount({ ...form, user: form.user.trim(), name: form.name.trim() }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["accounts"] });
      onDone();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate();
  };
  return (
    <form className="fields" onSubmit={submit}>
      <TextInput
        label={t("account.name")}
        required
        data-autofocus
        value={form.name}
        onChange={(event) => setForm({ ...form, name: event.currentTarget.value })}
      />
      <TextInput
        label={t("login.user")}
        description={t("account.user_rule")}
        required
        autoComplete="off"
        value={form.user}
        onChange={(event) => setForm({ ...form, user: event.currentTarget.value })}
      />
      <PasswordInput
        label={t("login.password")}
        description={t("account.password_rule")}
        required
        autoComplete="new-password"
        value={form.password}
        onChange={(event) => setForm({ ...form, password: event.currentTarget.value })}
      />
      <Select
        label={t("account.role")}
        allowDeselect={false}
        value={form.role}
        data={roleChoices()}
        onChange={(role) => role && setForm({ ...form, role: role as Role })}
      />
      <Refusal error={add.error} />
      <Button type="submit" loading={add.isPending}>
        {t("form.save")}
      </Button>
    </form>
  );
}

function AccountForm({ account, onDone }: { readonly account: Account; readonly onDone: () => void }) {
  const [form, setForm] = useState(account);
  const [password, setPassword] = useState("");
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: async () => {
      await api.changeAccount(form);
      if (password !== "") await api.setPassword(account.id, { password });
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["accounts"] });
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
        label={t("account.name")}
        required
        value={form.name}
        onChange={(event) => setForm({ ...form, name: event.currentTarget.value })}
      />
      <Select
        label={t("account.role")}
        allowDeselect={false}
        value={form.role}
        data={roleChoices()}
        onChange={(role) => role && setForm({ ...form, role: role as Role })}
      />
      <Switch
        label={t("account.active")}
        description={t("account.inactive_means")}
        checked={form.active}
        onChange={(event) => setForm({ ...form, active: event.currentTarget.checked })}
      />
      <PasswordInput
        label={t("account.new_password")}
        description={t("account.new_password_means")}
        autoComplete="new-password"
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
      <Refusal error={save.error} />
      <Button type="submit" loading={save.isPending}>
        {t("form.save")}
      </Button>
    </form>
  );
}
