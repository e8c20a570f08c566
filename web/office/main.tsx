import { createTheme, defaultVariantColorsResolver, MantineProvider } from "@mantine/core";
import { DatesProvider } from "@mantine/dates";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createRoot } from "react-dom/client";
import { BrowserRouter, Route, Routes } from "react-router";
import "@mantine/core/styles.css";
import "@mantine/dates/styles.css";
import "dayjs/locale/vi";
import "../shared/theme.css";
import "../shared/bold.css";
import "./office.css";
import { ApiError } from "../shared/api";
import { addTexts, loadLanguage, useLanguage } from "../shared/i18n";
import { deskVi } from "../shared/texts/desk.vi";
import { loadTheme, useTheme } from "../shared/theme";
import { Accounts } from "./Accounts";
import { Calendar } from "./Calendar";
import { FilmPage } from "./FilmPage";
import { Live } from "./Live";
import { LogIn } from "./LogIn";
import { MeetingEditor } from "./MeetingEditor";
import { MeetingPage } from "./MeetingPage";
import { Missing } from "./Missing";
import { Password } from "./Password";
import { Places } from "./Places";
import { SetUp } from "./SetUp";
import { Shell } from "./Shell";
import { Week } from "./Week";

const theme = createTheme({
  fontFamily: "var(--font)",
  primaryColor: "blue",
  defaultRadius: 6,
  // On the dark theme's light blue only dark letters can be read; --act-ink is right on both.
  variantColorResolver: (input) => {
    const colours = defaultVariantColorsResolver(input);
    const ours = input.variant === "filled" && (input.color ?? input.theme.primaryColor) === "blue";
    return ours ? { ...colours, color: "var(--act-ink)", hoverColor: "var(--act-ink)" } : colours;
  },
  components: {
    // These would write a <style> element to stop the page from scrolling, which the security policy forbids.
    Modal: { defaultProps: { lockScroll: false } },
    Drawer: { defaultProps: { lockScroll: false } },
  },
});

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (count, error) =>
        count < 2 && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
    },
  },
});

function Page() {
  const language = useLanguage();
  const scheme = useTheme();
  return (
    // Mantine's variables are in its stylesheet and ours; nothing may be written inline.
    <MantineProvider
      theme={theme}
      forceColorScheme={scheme}
      withCssVariables={false}
      withGlobalClasses={false}
    >
      <DatesProvider settings={{ locale: language, firstDayOfWeek: 1 }}>
        <QueryClientProvider client={queries}>
          <BrowserRouter key={language}>
            <Routes>
              <Route path="/login" element={<LogIn />} />
              <Route path="/setup/:token" element={<SetUp />} />
              <Route element={<Shell />}>
                <Route index element={<Week />} />
                <Route path="/calendar" element={<Calendar />} />
                <Route path="/meetings/new" element={<MeetingEditor />} />
                <Route path="/meetings/:id" element={<MeetingPage />} />
                <Route path="/meetings/:id/live" element={<Live />} />
                <Route path="/meetings/:id/edit" element={<MeetingEditor />} />
                <Route path="/recordings/:id" element={<FilmPage />} />
                <Route path="/places" element={<Places />} />
                <Route path="/accounts" element={<Accounts />} />
                <Route path="/password" element={<Password />} />
                <Route path="*" element={<Missing />} />
              </Route>
            </Routes>
          </BrowserRouter>
        </QueryClientProvider>
      </DatesProvider>
    </MantineProvider>
  );
}

addTexts({ vi: deskVi, en: async () => (await import("../shared/texts/desk.en")).deskEn });
loadTheme("office");
const root = document.getElementById("root");
if (root) void loadLanguage().then(() => createRoot(root).render(<Page />));
