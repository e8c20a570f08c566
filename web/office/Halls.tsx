import { Button, Modal } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { api } from "../shared/api";
import { t } from "../shared/i18n";
import type { HallLink, MeetingDetail, Site } from "../shared/protocol";
import { Confirm } from "./Confirm";
import { useKeepMeeting, useSites } from "./queries";
import { Refusal } from "./States";

interface HallsProps {
  readonly detail: MeetingDetail;
  readonly mayEdit: boolean;
}

/** Who is invited, and the link by which each hall comes in. */
export function Halls({ detail, mayEdit }: HallsProps) {
  const sites = useSites();
  const keep = useKeepMeeting();
  const [shown, setShown] = useState<HallLink>();
  const renew = useMutation({
    mutationFn: (site: Site["id"]) => api.renewLink(detail.meeting.id, site),
    onSuccess: keep,
  });
  const invited = detail.meeting.form.sites;
  const byId = (id: Site["id"]) => sites.data?.find((site) => site.id === id);
  const confirmed = invited.filter((one) => one.confirmed).length;
  return (
    <section className="panel column">
      <h2>
        {t("form.sites")}{" "}
        <span className="soft">{t("meeting.confirmed", { confirmed, all: invited.length })}</span>
      </h2>
      {invited.length === 0 && <p className="soft">{t("form.sites_empty")}</p>}
      <Refusal error={renew.error} />
      <ul className="halls">
        {invited.map((one) => {
          const site = byId(one.site);
          const link = detail.links.find((candidate) => candidate.site === one.site);
          return (
            <li key={one.site}>
              <span className={one.confirmed ? "dot good" : "dot off"} />
              <span className="name">
                <span className="soft">{site ? String(site.number).padStart(2, "0") : "–"}</span>{" "}
                <b>{site?.name ?? `#${one.site}`}</b>
                {one.main && <span className="mark host">{t("form.main")}</span>}
                <span className="soft small block">
                  {t(one.confirmed ? "meeting.is_confirmed" : "meeting.not_confirmed")}
                  {site?.contact && ` · ${site.contact}`}
                </span>
              </span>
              {link && (
                <span className="row">
                  <Copy text={link.url} />
                  <Button variant="default" size="compact-sm" onClick={() => setShown(link)}>
                    QR
                  </Button>
                  {mayEdit && (
                    <Confirm
                      compact
                      label={t("link.renew")}
                      question={t("link.renew_sure")}
                      yes={t("link.renew")}
                      onYes={() => renew.mutate(one.site)}
                    />
                  )}
                </span>
              )}
            </li>
          );
        })}
      </ul>
      <Modal
        opened={shown !== undefined}
        onClose={() => setShown(undefined)}
        title={shown && byId(shown.site)?.name}
        closeButtonProps={{ "aria-label": t("hall.close") }}
      >
        {shown && (
          <div className="qr">
            <QrCode svg={shown.qr_svg} />
            <a href={shown.url}>{shown.url}</a>
          </div>
        )}
      </Modal>
    </section>
  );
}

function Copy({ text }: { readonly text: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <Button
      variant="default"
      size="compact-sm"
      onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}
    >
      {t(copied ? "link.copied" : "link.copy")}
    </Button>
  );
}

/** The server's <svg>, parsed as an image and not as a page: nothing in it can run. */
function QrCode({ svg }: { readonly svg: string }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const picture = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
    if (picture.nodeName === "svg") place.current?.replaceChildren(document.importNode(picture, true));
  }, [svg]);
  return <div className="qr-code" ref={place} role="img" aria-label={t("link.qr")} />;
}
