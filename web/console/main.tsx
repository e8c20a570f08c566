import { createRoot } from "react-dom/client";
import "../shared/theme.css";
import "../shared/bold.css";
import "../shared/ui/stage.css";
import "./console.css";
import { ApiError, api } from "../shared/api";
import { addTexts, loadLanguage, useLanguage } from "../shared/i18n";
import { deskVi } from "../shared/texts/desk.vi";
import { loadTheme } from "../shared/theme";
import { App } from "./App";
import { listenForKeys } from "./actions/list";
import { startDesk } from "./desk";

function Page() {
  return <App key={useLanguage()} />;
}

addTexts({ vi: deskVi, en: async () => (await import("../shared/texts/desk.en")).deskEn });
loadTheme("console");
startDesk();
listenForKeys();
// The socket alone would say it too, but the log-in page knows the way back.
api.me().catch((error: unknown) => {
  if (error instanceof ApiError && error.status === 401)
    location.assign(`/login?next=${encodeURIComponent(location.pathname)}`);
});
// A button that was clicked must not keep the focus: the next Enter is the cut, not that button again.
for (const event of ["mouseup", "dragend"])
  addEventListener(event, () => {
    if (document.activeElement instanceof HTMLButtonElement) document.activeElement.blur();
  });
const root = document.getElementById("root");
if (root) void loadLanguage().then(() => createRoot(root).render(<Page />));
