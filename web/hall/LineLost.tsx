import type { ConnectionStatus } from "../shared/connection";
import { t } from "../shared/i18n";
import { useNow } from "../shared/useNow";

/** A plain sentence, and when the next try is. */
export function LineLost({ status }: { readonly status: ConnectionStatus }) {
  const now = useNow();
  const seconds = status.kind === "waiting" ? Math.max(0, Math.ceil((status.nextTryAt - now) / 1000)) : 0;
  return (
    <div className="line-lost" role="status">
      <span className="dot warn" />
      <span>{t("hall.line_lost")}</span>
      <b>{seconds > 0 ? t("hall.next_try", { seconds }) : t("hall.trying")}</b>
    </div>
  );
}
