import { Button } from "@mantine/core";
import { setLanguage, t, useLanguage } from "../shared/i18n";
import { toggleTheme, useTheme } from "../shared/theme";

export function LanguageAndTheme() {
  const language = useLanguage();
  const theme = useTheme();
  return (
    <span className="row">
      <Button
        variant="subtle"
        color="gray"
        size="compact-sm"
        lang={language === "vi" ? "en" : "vi"}
        onClick={() => void setLanguage(language === "vi" ? "en" : "vi")}
      >
        {language === "vi" ? "English" : "Tiếng Việt"}
      </Button>
      <Button
        variant="subtle"
        color="gray"
        size="compact-sm"
        aria-label={t("desk.theme")}
        onClick={() => toggleTheme("office")}
      >
        {theme === "dark" ? "☾" : "☀"}
      </Button>
    </span>
  );
}
