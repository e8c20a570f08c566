import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { api } from "../shared/api";
import { t } from "../shared/i18n";
import { useTitle } from "../shared/useTitle";
import { LanguageAndTheme } from "./LanguageAndTheme";
import { Refusal } from "./States";
import { safePath } from "./safePath";

export function LogIn() {
  const [user, setUser] = useState("");
  useTitle(t("login.enter"));
  const [password, setPassword] = useState("");
  const [parameters] = useSearchParams();
  const navigate = useNavigate();
  const client = useQueryClient();
  const logIn = useMutation({
    mutationFn: () => api.logIn({ user: user.trim(), password }),
    onSuccess: async (me) => {
      client.clear();
      client.setQueryData(["me"], me);
      const next = safePath(parameters.get("next"));
      // The console is a page of its own.
      if (next.startsWith("/console/")) location.assign(next);
      else await navigate(next);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    logIn.mutate();
  };
  return (
    <main className="door">
      <form className="panel" onSubmit={submit}>
        <h1 className="logo">{t("app.name")}</h1>
        <p className="soft">{t("login.lead")}</p>
        <TextInput
          label={t("login.user")}
          autoComplete="username"
          autoFocus
          required
          withAsterisk={false}
          value={user}
          onChange={(event) => setUser(event.currentTarget.value)}
        />
        <PasswordInput
          label={t("login.password")}
          autoComplete="current-password"
          required
          withAsterisk={false}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <Refusal error={logIn.error} />
        <Button type="submit" size="md" loading={logIn.isPending}>
          {t("login.enter")}
        </Button>
        <LanguageAndTheme />
      </form>
    </main>
  );
}
