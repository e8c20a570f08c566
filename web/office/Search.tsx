import { Modal, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useEffect, useState } from "react";
import { useNavigate } from "react-router";
import { api } from "../shared/api";
import { t } from "../shared/i18n";
import type { SearchHit } from "../shared/protocol";
import { Failed } from "./States";
import { snippetParts } from "./snippet";

const pause = 180;

/** Ctrl K, everywhere: meetings and what stands in their documents. */
export function Search() {
  const [opened, setOpened] = useState(false);
  useEffect(() => {
    const press = (event: globalThis.KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        setOpened(true);
      }
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
  return (
    <>
      <button type="button" className="find" onClick={() => setOpened(true)}>
        {t("search.placeholder")} <span className="space" /> <kbd>Ctrl</kbd> <kbd>K</kbd>
      </button>
      {/* At once: what is typed right after Ctrl K must not fall beside the field. */}
      <Modal
        opened={opened}
        onClose={() => setOpened(false)}
        withCloseButton={false}
        size="lg"
        padding="md"
        transitionProps={{ duration: 0 }}
      >
        <Finding onDone={() => setOpened(false)} />
      </Modal>
    </>
  );
}

function Finding({ onDone }: { readonly onDone: () => void }) {
  const [typed, setTyped] = useState("");
  const [words, setWords] = useState("");
  const [chosen, setChosen] = useState(0);
  const navigate = useNavigate();
  useEffect(() => {
    const timer = setTimeout(() => setWords(typed.trim()), pause);
    return () => clearTimeout(timer);
  }, [typed]);
  const { data, error, isFetching } = useQuery({
    queryKey: ["search", words],
    queryFn: () => api.search(words),
    enabled: words.length > 1,
    placeholderData: (before) => before,
  });
  const hits = words.length > 1 ? (data ?? []) : [];
  const go = (hit: SearchHit | undefined) => {
    if (!hit) return;
    onDone();
    void navigate(`/meetings/${hit.meeting}${hit.document === undefined ? "" : `?document=${hit.document}`}`);
  };
  const press = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "ArrowDown") setChosen(Math.min(hits.length - 1, chosen + 1));
    else if (event.key === "ArrowUp") setChosen(Math.max(0, chosen - 1));
    else if (event.key === "Enter") go(hits[chosen]);
    else return;
    event.preventDefault();
  };
  return (
    <>
      <TextInput
        size="md"
        data-autofocus
        aria-label={t("search.placeholder")}
        placeholder={t("search.placeholder")}
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          setChosen(0);
        }}
        onKeyDown={press}
      />
      {error && <Failed error={error} />}
      <ul className="hits">
        {hits.map((hit, index) => (
          <li key={`${hit.meeting}-${hit.document ?? ""}`}>
            <button type="button" className={index === chosen ? "hit chosen" : "hit"} onClick={() => go(hit)}>
              <span className="row">
                <span className="kind">
                  {t(hit.document === undefined ? "search.meeting" : "search.document")}
                </span>
                <b>{hit.title}</b>
              </span>
              <Snippet text={hit.snippet} />
            </button>
          </li>
        ))}
      </ul>
      {words.length > 1 && !isFetching && !error && hits.length === 0 && (
        <p className="soft nothing">{t("search.nothing", { words })}</p>
      )}
    </>
  );
}

function Snippet({ text }: { readonly text: string }) {
  return (
    <span className="soft">
      {snippetParts(text).map((part, index) =>
        // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text
        part.found ? <mark key={index}>{part.text}</mark> : <span key={index}>{part.text}</span>,
      )}
    </span>
  );
}
