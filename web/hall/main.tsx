import { createRoot } from "react-dom/client";
import "../shared/theme.css";
import "../shared/ui/stage.css";
import "./hall.css";
import { loadLanguage, useLanguage } from "../shared/i18n";
import { App } from "./App";
import { startDesk } from "./desk";

function Page() {
  // Another language draws everything anew; connection and media live outside of the page's tree.
  return <App key={useLanguage()} />;
}

startDesk();
const root = document.getElementById("root");
if (root) void loadLanguage().then(() => createRoot(root).render(<Page />));
