import { Button } from "@mantine/core";
import { useState } from "react";
import { t } from "../shared/i18n";

interface ConfirmProps {
  readonly label: string;
  readonly question: string;
  readonly yes: string;
  readonly onYes: () => void;
  readonly compact?: boolean;
}

/** Asks once, in place, never in a window over the page. */
export function Confirm({ label, question, yes, onYes, compact = false }: ConfirmProps) {
  const [asking, setAsking] = useState(false);
  const size = compact ? "compact-sm" : "sm";
  if (!asking)
    return (
      <Button variant="default" size={size} onClick={() => setAsking(true)}>
        {label}
      </Button>
    );
  return (
    <span className="confirm">
      <b>{question}</b>
      <Button
        color="red"
        size={size}
        onClick={() => {
          setAsking(false);
          onYes();
        }}
      >
        {yes}
      </Button>
      <Button variant="default" size={size} onClick={() => setAsking(false)}>
        {t("console.no")}
      </Button>
    </span>
  );
}
