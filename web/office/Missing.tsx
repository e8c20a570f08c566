import { Link } from "react-router";
import { t } from "../shared/i18n";
import { useTitle } from "../shared/useTitle";
import { Empty } from "./States";

export function Missing() {
  useTitle(t("http.not_found"));
  return (
    <main className="page">
      <Empty>
        <h1>{t("http.not_found")}</h1>
        <Link to="/">{t("nav.week")}</Link>
      </Empty>
    </main>
  );
}
