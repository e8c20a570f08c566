import type { ConnectionStatus } from "../shared/connection";
import { t } from "../shared/i18n";
import { useNow } from "../shared/useNow";

/** A plain sentence, and when the next try is. */
export function LineLost({
  status,
  still = false,
}: {
  readonly status: ConnectionStatus;
  /** A last picture stands still behind it. */
  readonly still?: boolean;
}) {
  const now = useNow();
  const seconds = status.kind === "waiting" ? Math.max(0, Math.ceil((status.nextTryAt - now) / 1000)) : 0;
  return (
    <div className="line-lost" role="status">
      <span className="dot warn" />
      <span>{t(still ? "hall.line_lost_still" : "hall.line_lost")}</span>
      <b>{seconds > 0 ? t("hall.next_try", { seconds }) : t("hall.trying")}</b>
    </div>
  );
}
