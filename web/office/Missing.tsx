import { Link } from "react-router";
import { t } from "../shared/i18n";
import { useTitle } from "../shared/useTitle";
import { Empty } from "./States";

export function Missing() {
  useTitle(t("http.not_found"));
  return (
    <Empty>
      <p>{t("http.not_found")}</p>
      <Link to="/">{t("nav.week")}</Link>
    </Empty>
  );
}
