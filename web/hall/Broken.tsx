import { serverText, t } from "../shared/i18n";
import { useTitle } from "../shared/useTitle";
import { connection } from "./desk";
import { Message } from "./Message";

interface BrokenProps {
  readonly textKey: string;
  readonly detail: string;
}

/** The server said goodbye for good: why, and what can be done about it. */
export function Broken({ textKey, detail }: BrokenProps) {
  switch (textKey) {
    case "hall.taken":
      return (
        <Message title="hall.taken.title" text="hall.taken.text">
          <button type="button" className="huge act" onClick={() => connection.takeOverSite()}>
            {t("hall.taken.take_over")}
          </button>
        </Message>
      );
    case "hall.replaced":
      return (
        <Message title="hall.replaced.title" text="hall.replaced.text">
          <button type="button" className="huge" onClick={() => connection.takeOverSite()}>
            {t("hall.replaced.back")}
          </button>
        </Message>
      );
    case "link.wrong":
      return <Message title="link.wrong" text="hall.link.wrong.text" />;
    case "link.expired":
      return <Message title="link.expired" text="hall.link.expired.text" />;
    case "link.renewed":
      return <Message title="link.renewed" text="hall.link.renewed.text" />;
    case "link.cancelled":
      return <Message title="link.cancelled" text="hall.link.cancelled.text" />;
    case "session.ended":
      return <Message title="hall.ended.title" text="hall.ended.text" />;
    default:
      return <Fault text={serverText(textKey, detail)} />;
  }
}

function Fault({ text }: { readonly text: string }) {
  useTitle(t("hall.broken.title"));
  return (
    <main className="screen message">
      <h1>{t("hall.broken.title")}</h1>
      <p className="lead">{text}</p>
      <button type="button" className="huge act" onClick={() => location.reload()}>
        {t("hall.broken.reload")}
      </button>
    </main>
  );
}
