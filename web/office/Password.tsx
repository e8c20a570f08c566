import { Button, PasswordInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api } from "../shared/api";
import { t } from "../shared/i18n";
import type { AccountId } from "../shared/protocol";
import { useTitle } from "../shared/useTitle";
import { useMe } from "./queries";
import { Refusal } from "./States";

/** One's own. The server ends all log-ins of the account, so the next page is the log-in. */
export function Password() {
  const me = useMe();
  useTitle(t("nav.password"));
  const [current, setCurrent] = useState("");
  const [password, setPassword] = useState("");
  const save = useMutation({
    mutationFn: () => api.setPassword(me.data?.account.id ?? (0 as AccountId), { current, password }),
    onSuccess: () => {
      setCurrent("");
      setPassword("");
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <main className="page narrow">
      <h1>{t("nav.password")}</h1>
      <form className="panel fields" onSubmit={submit}>
        <PasswordInput
          label={t("account.current_password")}
          autoComplete="current-password"
          required
          value={current}
          onChange={(event) => setCurrent(event.currentTarget.value)}
        />
        <PasswordInput
          label={t("account.new_password")}
          description={t("account.password_rule")}
          autoComplete="new-password"
          required
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <Refusal error={save.error} />
        {save.isSuccess && <p role="status">✓ {t("account.password_changed")}</p>}
        <Button type="submit" loading={save.isPending}>
          {t("form.save")}
        </Button>
      </form>
    </main>
  );
}
