import { serverText } from "./i18n";
import type {
  Account,
  AccountId,
  CallOff,
  ChangeMeeting,
  Document,
  DocumentForm,
  DocumentId,
  DocumentUse,
  Film,
  LogIn,
  Me,
  MeetingDetail,
  MeetingForm,
  MeetingId,
  MeetingSummary,
  NewAccount,
  NewPassword,
  Problem,
  RecordingId,
  SearchHit,
  SetUp,
  Site,
  SiteCamera,
  SiteId,
  Time,
  Unit,
} from "./protocol";

/** An answer that is not 2xx, or none at all (status 0). `message` is the sentence for people. */
export class ApiError extends Error {
  readonly status: number;
  readonly textKey: string;
  constructor(status: number, textKey: string, detail: string) {
    super(serverText(textKey, detail));
    this.status = status;
    this.textKey = textKey;
  }
}

function problem(status: number, body: string): ApiError {
  try {
    const said = JSON.parse(body) as Partial<Problem>;
    if (said.text_key) return new ApiError(status, said.text_key, said.detail ?? "");
  } catch {
    // Not ours: a proxy's page, or nothing.
  }
  return new ApiError(status, status === 0 ? "error.network" : "error.status", String(status));
}

async function call<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      credentials: "same-origin",
      ...(body === undefined
        ? {}
        : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
    });
  } catch {
    throw new ApiError(0, "error.network", "");
  }
  const text = await response.text();
  if (!response.ok) throw problem(response.status, text);
  return (text === "" ? undefined : JSON.parse(text)) as Answer;
}

/** A file's bytes, streamed. fetch cannot tell how far an upload has come, XMLHttpRequest can. */
function upload(path: string, file: File, onProgress: (sent: number) => void): Promise<Document> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    request.setRequestHeader("content-type", file.type || "application/octet-stream");
    request.upload.onprogress = (event) => onProgress(event.loaded);
    request.onload = () =>
      request.status >= 200 && request.status < 300
        ? resolve(JSON.parse(request.responseText) as Document)
        : reject(problem(request.status, request.responseText));
    request.onerror = () => reject(problem(0, ""));
    request.send(file);
  });
}

const query = (values: Readonly<Record<string, string | number>>) =>
  new URLSearchParams(Object.entries(values).map(([key, value]) => [key, String(value)])).toString();

export const api = {
  logIn: (body: LogIn) => call<Me>("POST", "/api/login", body),
  logOut: () => call<void>("POST", "/api/logout"),
  me: () => call<Me>("GET", "/api/me"),
  setUp: (body: SetUp) => call<Me>("POST", "/api/setup", body),
  units: () => call<Unit[]>("GET", "/api/units"),
  saveUnit: (unit: Unit) =>
    unit.id ? call<Unit>("PUT", `/api/units/${unit.id}`, unit) : call<Unit>("POST", "/api/units", unit),
  sites: () => call<Site[]>("GET", "/api/sites"),
  saveSite: (site: Site) =>
    site.id ? call<Site>("PUT", `/api/sites/${site.id}`, site) : call<Site>("POST", "/api/sites", site),
  setCamera: (id: SiteId, camera: SiteCamera) => call<Site>("PUT", `/api/sites/${id}/camera`, camera),
  accounts: () => call<Account[]>("GET", "/api/accounts"),
  addAccount: (account: NewAccount) => call<Account>("POST", "/api/accounts", account),
  changeAccount: (account: Account) => call<Account>("PUT", `/api/accounts/${account.id}`, account),
  setPassword: (id: AccountId, body: NewPassword) => call<void>("POST", `/api/accounts/${id}/password`, body),
  meetings: (from: Time, until: Time) =>
    call<MeetingSummary[]>("GET", `/api/meetings?${query({ from, until })}`),
  meeting: (id: MeetingId) => call<MeetingDetail>("GET", `/api/meetings/${id}`),
  liveUrl: (id: MeetingId) => `/api/meetings/${id}/live/live.m3u8`,
  film: (id: RecordingId) => call<Film>("GET", `/api/recordings/${id}`),
  addMeeting: (form: MeetingForm) => call<MeetingDetail>("POST", "/api/meetings", form),
  changeMeeting: (id: MeetingId, body: ChangeMeeting) =>
    call<MeetingDetail>("PUT", `/api/meetings/${id}`, body),
  callOff: (id: MeetingId, body: CallOff) =>
    call<MeetingDetail>("POST", `/api/meetings/${id}/call-off`, body),
  renewLink: (id: MeetingId, site: SiteId) =>
    call<MeetingDetail>("POST", `/api/meetings/${id}/links/${site}`),
  addDocument: (id: MeetingId, use: DocumentUse, file: File, onProgress: (sent: number) => void) =>
    upload(
      `/api/meetings/${id}/documents?${query({ name: file.name.normalize("NFC"), use })}`,
      file,
      onProgress,
    ),
  changeDocument: (id: DocumentId, form: DocumentForm) => call<Document>("PUT", `/api/documents/${id}`, form),
  removeDocument: (id: DocumentId) => call<void>("DELETE", `/api/documents/${id}`),
  search: (words: string) => call<SearchHit[]>("GET", `/api/search?${query({ q: words })}`),
};
