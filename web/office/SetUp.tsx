import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useNavigate, useParams } from "react-router";
import { api } from "../shared/api";
import { t } from "../shared/i18n";
import { useTitle } from "../shared/useTitle";
import { LanguageAndTheme } from "./LanguageAndTheme";
import { Refusal } from "./States";

/** The first administrator, by the link that the server printed once. */
export function SetUp() {
  const { token = "" } = useParams();
  useTitle(t("setup.create"));
  const [user, setUser] = useState("");
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const navigate = useNavigate();
  const client = useQueryClient();
  const setUp = useMutation({
    mutationFn: () => api.setUp({ token, user: user.trim(), name: name.trim(), password }),
    onSuccess: async (me) => {
      client.setQueryData(["me"], me);
      await navigate("/places");
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setUp.mutate();
  };
  return (
    <main className="door">
      <form className="panel" onSubmit={submit}>
        <h1 className="logo">{t("app.name")}</h1>
        <p className="soft">{t("setup.lead")}</p>
        <TextInput
          label={t("account.name")}
          autoComplete="name"
          autoFocus
          required
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          label={t("login.user")}
          description={t("account.user_rule")}
          autoComplete="username"
          required
          value={user}
          onChange={(event) => setUser(event.currentTarget.value)}
        />
        <PasswordInput
          label={t("login.password")}
          description={t("account.password_rule")}
          autoComplete="new-password"
          required
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <Refusal error={setUp.error} />
        <Button type="submit" size="md" loading={setUp.isPending}>
          {t("setup.create")}
        </Button>
        <LanguageAndTheme />
      </form>
    </main>
  );
}
