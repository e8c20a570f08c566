import { t } from "../shared/i18n";
import { keyName } from "./ActionButton";
import { actions } from "./actions/list";
import { changeDesk } from "./desk";

export function Help() {
  return (
    <aside className="help panel" aria-label={t("console.help")}>
      <h2>
        {t("console.help")}
        <span className="space" />
        <button type="button" onClick={() => changeDesk({ help: false })}>
          {t("hall.close")} <kbd>Esc</kbd>
        </button>
      </h2>
      <dl className="keys">
        {actions.map(
          (action) =>
            action.key && (
              <div key={action.id}>
                <dt>
                  <kbd>{keyName(action.key)}</kbd>
                </dt>
                <dd>{t(action.text)}</dd>
              </div>
            ),
        )}
      </dl>
      <p className="small soft">{t("console.help_text")}</p>
    </aside>
  );
}
