import { Button, Menu } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Link, Navigate, NavLink, Outlet, useLocation, useNavigate } from "react-router";
import { ApiError, api } from "../shared/api";
import { t } from "../shared/i18n";
import { LanguageAndTheme } from "./LanguageAndTheme";
import { useMe } from "./queries";
import { Search } from "./Search";
import { Failed, Loading } from "./States";

/** What stands around every page of somebody who is logged in. */
export function Shell() {
  const me = useMe();
  const { pathname } = useLocation();
  const navigate = useNavigate();
  const client = useQueryClient();
  if (me.error instanceof ApiError && me.error.status === 401)
    return <Navigate to={`/login?next=${encodeURIComponent(pathname)}`} replace />;
  if (me.error) return <Failed error={me.error} again={() => void me.refetch()} />;
  if (!me.data) return <Loading />;
  const { account, rights } = me.data;
  const logOut = async () => {
    await api.logOut().catch(() => undefined);
    client.clear();
    await navigate("/login");
  };
  return (
    <>
      <header className="top">
        <Link className="logo" to="/">
          {t("app.name")}
        </Link>
        <nav>
          <NavLink to="/" end>
            {t("nav.week")}
          </NavLink>
          <NavLink to="/calendar">{t("nav.calendar")}</NavLink>
          {rights.see_places && <NavLink to="/places">{t("nav.places")}</NavLink>}
          {rights.administer && <NavLink to="/accounts">{t("nav.accounts")}</NavLink>}
        </nav>
        <Search />
        {rights.edit_meetings && (
          <Button component={Link} to="/meetings/new">
            {t("nav.new")}
          </Button>
        )}
        <LanguageAndTheme />
        <Menu position="bottom-end">
          <Menu.Target>
            <Button variant="default">{account.name} ▾</Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Label>
              {account.user} · {t(`role.${account.role}`)}
            </Menu.Label>
            <Menu.Item component={Link} to="/password">
              {t("nav.password")}
            </Menu.Item>
            <Menu.Item onClick={() => void logOut()}>{t("nav.log_out")}</Menu.Item>
            <Menu.Label>{t("nav.version", { version: me.data.version })}</Menu.Label>
          </Menu.Dropdown>
        </Menu>
      </header>
      <Outlet />
    </>
  );
}
