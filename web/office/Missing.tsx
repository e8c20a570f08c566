import { Link } from "react-router";
import { t } from "../shared/i18n";
import { Empty } from "./States";

export function Missing() {
  return (
    <Empty>
      <p>{t("http.not_found")}</p>
      <Link to="/">{t("nav.week")}</Link>
    </Empty>
  );
}
