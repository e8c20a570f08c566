// Written from server/signaling/protocol.h and server/http/api.h by `build/protocol_ts`. Do not edit.

export type MeetingId = number & { readonly __id: "MeetingId" };

export interface Hello {
  readonly type: "hello";
  readonly protocol: string;
  readonly device: string;
  readonly hall?: string;
  readonly meeting?: MeetingId;
  readonly take_over?: boolean;
}

export interface Offer {
  readonly type: "offer";
  readonly id: number;
  readonly sdp: string;
  readonly ahead?: boolean;
}

export interface RestartIce {
  readonly type: "restart_ice";
  readonly id: number;
  readonly sdp: string;
}

export interface Open {
  readonly type: "open";
}

export interface End {
  readonly type: "end";
}

export interface Join {
  readonly type: "join";
}

export interface Leave {
  readonly type: "leave";
}

export type SiteId = number & { readonly __id: "SiteId" };

export interface LoseSite {
  readonly type: "lose_site";
  readonly site: SiteId;
}

export type Layout = "single" | "side_by_side" | "speaker_strip" | "grid_2x2" | "grid_3x3" | "document_inset";

export interface Camera {
  readonly type: "camera";
  readonly site: SiteId;
}

export interface Clip {
  readonly type: "clip";
}

export interface Screen {
  readonly type: "screen";
  readonly site: SiteId;
}

export interface Cell {
  readonly source?: Camera | Clip | Screen;
}

export interface Scene {
  readonly layout: Layout;
  readonly cells: readonly Cell[];
}

export interface StageScene {
  readonly type: "stage_scene";
  readonly scene: Scene;
}

export interface UndoScene {
  readonly type: "undo_scene";
}

export interface OpenMicrophone {
  readonly type: "open_microphone";
  readonly site: SiteId;
}

export interface CloseMicrophone {
  readonly type: "close_microphone";
  readonly site: SiteId;
}

export interface CloseOtherMicrophones {
  readonly type: "close_other_microphones";
}

export interface RaiseHand {
  readonly type: "raise_hand";
}

export interface LowerHand {
  readonly type: "lower_hand";
  readonly site: SiteId;
}

export interface ShareScreen {
  readonly type: "share_screen";
}

export interface StopSharing {
  readonly type: "stop_sharing";
  readonly site: SiteId;
}

export type Feed = "by_line" | "program" | "stage" | "echo";

export interface SetFeed {
  readonly type: "set_feed";
  readonly site: SiteId;
  readonly feed: Feed;
}

export interface GiveFloor {
  readonly type: "give_floor";
  readonly site: SiteId;
  readonly seconds?: number; // 10 … 7200
}

export interface ExtendFloor {
  readonly type: "extend_floor";
  readonly seconds: number; // 10 … 3600
}

export interface TakeFloor {
  readonly type: "take_floor";
}

export type DocumentId = number & { readonly __id: "DocumentId" };

export interface PlayClip {
  readonly type: "play_clip";
  readonly document: DocumentId;
}

export interface CueClip {
  readonly type: "cue_clip";
  readonly document: DocumentId;
}

export interface ShowPage {
  readonly type: "show_page";
  readonly document: DocumentId;
  readonly page: number; // 1 … 9999
}

export interface ShowBars {
  readonly type: "show_bars";
}

export interface PauseClip {
  readonly type: "pause_clip";
}

export interface ResumeClip {
  readonly type: "resume_clip";
}

export interface SeekClip {
  readonly type: "seek_clip";
  readonly position: number; // 0 … 86400000
}

export interface LoopClip {
  readonly type: "loop_clip";
  readonly on: boolean;
}

export interface StopClip {
  readonly type: "stop_clip";
}

export interface MeasureClip {
  readonly type: "measure_clip";
  readonly milliseconds: number;
}

export interface CountPages {
  readonly type: "count_pages";
  readonly document: DocumentId;
  readonly pages: number;
}

export interface FinishClip {
  readonly type: "finish_clip";
  readonly reason: string;
}

export interface StartRecording {
  readonly type: "start_recording";
}

export interface StopRecording {
  readonly type: "stop_recording";
}

export interface FailRecording {
  readonly type: "fail_recording";
  readonly reason: string;
}

export interface BeginItem {
  readonly type: "begin_item";
  readonly item: number; // 0 … 59
}

export interface AddOutput {
  readonly type: "add_output";
  readonly url: string;
}

export interface AddRtsp {
  readonly type: "add_rtsp";
}

export interface AddHls {
  readonly type: "add_hls";
}

export type OutputId = number & { readonly __id: "OutputId" };

export interface StartOutput {
  readonly type: "start_output";
  readonly output: OutputId;
}

export interface StopOutput {
  readonly type: "stop_output";
  readonly output: OutputId;
}

export interface RemoveOutput {
  readonly type: "remove_output";
  readonly output: OutputId;
}

export interface FailOutput {
  readonly type: "fail_output";
  readonly output: OutputId;
  readonly reason: string;
}

export interface Resume {
  readonly type: "resume";
}

export type Command =
  | Open
  | End
  | Join
  | Leave
  | LoseSite
  | StageScene
  | UndoScene
  | OpenMicrophone
  | CloseMicrophone
  | CloseOtherMicrophones
  | RaiseHand
  | LowerHand
  | ShareScreen
  | StopSharing
  | SetFeed
  | GiveFloor
  | ExtendFloor
  | TakeFloor
  | PlayClip
  | CueClip
  | ShowPage
  | ShowBars
  | PauseClip
  | ResumeClip
  | SeekClip
  | LoopClip
  | StopClip
  | MeasureClip
  | CountPages
  | FinishClip
  | StartRecording
  | StopRecording
  | FailRecording
  | BeginItem
  | AddOutput
  | AddRtsp
  | AddHls
  | StartOutput
  | StopOutput
  | RemoveOutput
  | FailOutput
  | Resume;

export interface Give {
  readonly type: "give";
  readonly id: number;
  readonly command: Command;
}

export interface AskWhole {
  readonly type: "ask_whole";
}

export interface ReportFreezes {
  readonly type: "report_freezes";
  readonly count: number; // 1 … 100
  readonly milliseconds: number; // 0 … 60000
}

export interface ShowNext {
  readonly type: "show_next";
  readonly scene: Scene;
}

export type ClientMessage =
  | Hello
  | Offer
  | RestartIce
  | Give
  | AskWhole
  | ReportFreezes
  | ShowNext;

/** milliseconds since 1970, UTC */
export type Time = number;

export interface MeetingHead {
  readonly id: MeetingId;
  readonly title: string;
  readonly chair: string;
  readonly organizer: string;
  readonly starts_at: Time;
  readonly ends_at: Time;
}

export type SessionState = "waiting" | "open" | "ended";

export type Presence = "absent" | "connected" | "lost" | "left";

export interface SiteView {
  readonly number: number;
  readonly name: string;
  readonly contact: string;
  readonly main: boolean;
  readonly presence: Presence;
  readonly since?: Time;
  readonly microphone: boolean;
  readonly on_stage: boolean;
  readonly hand?: Time;
  readonly screen: boolean;
  readonly feed: Feed;
  readonly camera: string;
}

export interface Speaker {
  readonly site: SiteId;
  readonly since: Time;
  readonly until?: Time;
}

export type ClipState = "stopped" | "playing" | "paused" | "failed";

export type ClipKind = "film" | "page" | "bars";

export interface ClipView {
  readonly state: ClipState;
  readonly kind: ClipKind;
  readonly document?: DocumentId;
  readonly page?: number;
  readonly pages?: number;
  readonly reason: string;
  readonly since?: Time;
  readonly position: number;
  readonly length?: number;
  readonly loop: boolean;
}

export interface DocumentLine {
  readonly id: DocumentId;
  readonly title: string;
  readonly code: string;
  readonly media_type: string;
  readonly size: number;
  readonly has_pages: boolean;
}

export type RecorderState = "off" | "recording" | "failed";

export interface RecorderView {
  readonly state: RecorderState;
  readonly since?: Time;
  readonly reason: string;
}

export type OutputKind = "rtmp" | "rtmps" | "srt" | "rtsp" | "hls";

export interface OutputView {
  readonly kind: OutputKind;
  readonly host: string;
  readonly port: number;
  readonly on: boolean;
  readonly reason: string;
}

export interface AgendaLine {
  readonly title: string;
  readonly planned_at?: Time;
  readonly begun_at?: Time;
  readonly speaker?: SiteId;
}

export interface OperatorMay {
  readonly open: boolean;
  readonly end: boolean;
  readonly stage: boolean;
  readonly undo: boolean;
  readonly record: boolean;
  readonly clip: boolean;
  readonly add_output: boolean;
  readonly add_rtsp: boolean;
  readonly add_hls: boolean;
}

export interface ConsoleView {
  readonly meeting: MeetingHead;
  readonly state: SessionState;
  readonly opened_at?: Time;
  readonly ended_at?: Time;
  readonly scene: Scene;
  readonly sites: { readonly [id: string]: SiteView };
  readonly speaker?: Speaker;
  readonly waiting: readonly SiteId[];
  readonly clip: ClipView;
  readonly clips: readonly DocumentLine[];
  readonly documents: readonly DocumentLine[];
  readonly recorder: RecorderView;
  readonly outputs: { readonly [id: string]: OutputView };
  readonly agenda: readonly AgendaLine[];
  readonly item?: number;
  readonly may: OperatorMay;
}

export interface CellView {
  readonly site?: SiteId;
  readonly clip: boolean;
  readonly label: string;
  readonly present: boolean;
  readonly own: boolean;
  readonly screen: boolean;
}

export interface Missed {
  readonly from: Time;
  readonly until: Time;
}

export interface HallMay {
  readonly join: boolean;
  readonly raise_hand: boolean;
  readonly close_microphone: boolean;
  readonly share_screen: boolean;
}

export interface HallView {
  readonly meeting: MeetingHead;
  readonly site: SiteId;
  readonly number: number;
  readonly name: string;
  readonly state: SessionState;
  readonly opened_at?: Time;
  readonly presence: Presence;
  readonly layout: Layout;
  readonly cells: readonly CellView[];
  readonly microphone: boolean;
  readonly echo: boolean;
  readonly on_stage: boolean;
  readonly screen: boolean;
  readonly queue?: number;
  readonly speaker?: Speaker;
  readonly speaker_name: string;
  readonly clip: ClipState;
  readonly contact: string;
  readonly documents: readonly DocumentLine[];
  readonly missed?: Missed;
  readonly may: HallMay;
}

export interface Whole {
  readonly type: "whole";
  readonly revision: number;
  readonly now: Time;
  readonly media_alive: boolean;
  readonly console?: ConsoleView;
  readonly hall?: HallView;
}

export interface Patch {
  readonly type: "patch";
  readonly revision: number;
  readonly operations: unknown;
}

export interface Answer {
  readonly type: "answer";
  readonly id: number;
  readonly sdp: string;
}

export interface Done {
  readonly type: "done";
  readonly id: number;
}

export interface Refused {
  readonly type: "refused";
  readonly id?: number;
  readonly text_key: string;
  readonly detail: string;
}

export interface Levels {
  readonly type: "levels";
  readonly levels: { readonly [id: string]: number };
}

export interface Line {
  readonly up_kbps: number;
  readonly down_kbps: number;
  readonly up_loss_permille: number;
  readonly down_loss_permille: number;
  readonly rtt_ms?: number;
  readonly jitter_ms: number;
  readonly up_height?: number;
  readonly down_height?: number;
  readonly freezes_per_minute: number;
  readonly tcp: boolean;
  readonly program: boolean;
}

export interface Lines {
  readonly type: "lines";
  readonly lines: { readonly [id: string]: Line };
}

export type OutputState = "connecting" | "live" | "waiting";

export type OutputTrouble = "none" | "unreachable" | "refused" | "lost" | "slow";

export interface Output {
  readonly state: OutputState;
  readonly kbps: number;
  readonly trouble: OutputTrouble;
  readonly retry_seconds?: number;
  readonly watchers: number;
}

export interface Outputs {
  readonly type: "outputs";
  readonly outputs: { readonly [id: string]: Output };
  readonly rtsp?: string;
}

export type CameraTrouble = "unreachable" | "refused" | "no_picture" | "lost";

export interface CameraState {
  readonly trouble: CameraTrouble;
  readonly retry_seconds: number;
}

export interface Cameras {
  readonly type: "cameras";
  readonly cameras: { readonly [id: string]: CameraState };
}

export interface Tick {
  readonly type: "tick";
  readonly now: Time;
  readonly recorded_bytes?: number;
  readonly disk_free_bytes?: number;
  readonly recording_stalled?: boolean;
  readonly disk_full_minutes?: number;
}

export interface SendLayers {
  readonly type: "send_layers";
  readonly rids: readonly string[];
}

export interface SendScreen {
  readonly type: "send_screen";
  readonly wanted: boolean;
}

export interface ShowProgram {
  readonly type: "show_program";
  readonly shown: boolean;
}

export interface PicturesLate {
  readonly type: "pictures_late";
  readonly cells: readonly number[];
}

export interface MediaLost {
  readonly type: "media_lost";
}

export interface Goodbye {
  readonly type: "goodbye";
  readonly text_key: string;
  readonly detail: string;
  readonly again: boolean;
}

export type ServerMessage =
  | Whole
  | Patch
  | Answer
  | Done
  | Refused
  | Levels
  | Lines
  | Outputs
  | Cameras
  | Tick
  | SendLayers
  | SendScreen
  | ShowProgram
  | PicturesLate
  | MediaLost
  | Goodbye;

export interface LogIn {
  readonly user: string;
  readonly password: string;
}

export interface SetUp {
  readonly token: string;
  readonly user: string;
  readonly name: string;
  readonly password: string;
}

export type AccountId = number & { readonly __id: "AccountId" };

export type Role = "administrator" | "operator" | "clerk" | "chair" | "official";

export interface Account {
  readonly id: AccountId;
  readonly user: string;
  readonly name: string;
  readonly role: Role;
  readonly active: boolean;
}

export interface Rights {
  readonly edit_meetings: boolean;
  readonly conduct: boolean;
  readonly administer: boolean;
  readonly see_links: boolean;
  readonly see_places: boolean;
  readonly see_recordings: boolean;
}

export interface Me {
  readonly account: Account;
  readonly rights: Rights;
  readonly version: string;
  readonly upload_limit: number;
}

export interface NewAccount {
  readonly user: string;
  readonly name: string;
  readonly password: string;
  readonly role: Role;
}

export interface NewPassword {
  readonly current?: string;
  readonly password: string;
}

export interface SiteCamera {
  readonly url: string;
}

export type UnitId = number & { readonly __id: "UnitId" };

export type Tier = "government" | "ministry" | "province" | "department" | "district" | "commune";

/** "2021-01-25" */
export type Day = string;

export interface Unit {
  readonly id: UnitId;
  readonly uuid: string;
  readonly parent?: UnitId;
  readonly tier: Tier;
  readonly name: string;
  readonly code: string;
  readonly valid_from?: Day;
  readonly valid_to?: Day;
  readonly sort_order: number;
}

export interface Site {
  readonly id: SiteId;
  readonly uuid: string;
  readonly unit: UnitId;
  readonly number: number;
  readonly name: string;
  readonly room: string;
  readonly contact: string;
  readonly active: boolean;
  readonly camera: string;
}

export type MeetingMode = "host" | "guest";

export type MeetingKind = "briefing" | "problem_solving" | "consultation" | "coordination" | "professional" | "thematic" | "review" | "training";

export type MeetingState = "planned" | "live" | "ended" | "cancelled" | "postponed";

export interface MeetingSummary {
  readonly id: MeetingId;
  readonly mode: MeetingMode;
  readonly kind: MeetingKind;
  readonly state: MeetingState;
  readonly title: string;
  readonly organizer: string;
  readonly chair: string;
  readonly place: string;
  readonly starts_at: Time;
  readonly ends_at: Time;
  readonly sites: number;
  readonly confirmed: number;
  readonly documents: number;
  readonly agenda_items: number;
}

export type AgendaItemId = number & { readonly __id: "AgendaItemId" };

export interface AgendaItem {
  readonly id: AgendaItemId;
  readonly title: string;
  readonly planned_at?: Time;
  readonly speaker?: SiteId;
}

export interface InvitedSite {
  readonly site: SiteId;
  readonly main: boolean;
  readonly confirmed: boolean;
  readonly link_generation: number;
}

export interface MeetingForm {
  readonly mode: MeetingMode;
  readonly kind: MeetingKind;
  readonly title: string;
  readonly organizer: string;
  readonly chair: string;
  readonly place: string;
  readonly invitation: string;
  readonly notes: string;
  readonly starts_at: Time;
  readonly ends_at: Time;
  readonly agenda: readonly AgendaItem[];
  readonly sites: readonly InvitedSite[];
}

export interface ChangeMeeting {
  readonly revision: number;
  readonly form: MeetingForm;
}

export interface CallOff {
  readonly state: MeetingState;
  readonly reason: string;
}

export interface Meeting {
  readonly id: MeetingId;
  readonly uuid: string;
  readonly state: MeetingState;
  readonly revision: number;
  readonly opened_at?: Time;
  readonly ended_at?: Time;
  readonly state_reason: string;
  readonly form: MeetingForm;
}

export type DocumentUse = "paper" | "clip";

export type Urgency = "normal" | "urgent" | "very_urgent" | "express";

export type Secrecy = "none" | "secret" | "top_secret" | "absolute_secret";

export interface DocumentForm {
  readonly title: string;
  readonly type_name: string;
  readonly code_number: string;
  readonly code_notation: string;
  readonly issued_on?: Day;
  readonly issuer: string;
  readonly subject: string;
  readonly language: string;
  readonly page_amount?: number;
  readonly description: string;
  readonly arrived_on?: Day;
  readonly arrival_number?: number;
  readonly signer_name: string;
  readonly signer_position: string;
  readonly urgency: Urgency;
  readonly secrecy: Secrecy;
  readonly to_places: string;
  readonly due_on?: Day;
}

export interface Document {
  readonly id: DocumentId;
  readonly uuid: string;
  readonly meeting: MeetingId;
  readonly use: DocumentUse;
  readonly file_name: string;
  readonly media_type: string;
  readonly sha256: string;
  readonly size: number;
  readonly added_at: Time;
  readonly added_by?: AccountId;
  readonly form: DocumentForm;
}

export type RecordingId = number & { readonly __id: "RecordingId" };

export type RecordingState = "recording" | "finishing" | "ready" | "damaged";

export interface Recording {
  readonly id: RecordingId;
  readonly meeting: MeetingId;
  readonly state: RecordingState;
  readonly file: string;
  readonly started_at: Time;
  readonly ended_at?: Time;
  readonly size: number;
}

export interface HallLink {
  readonly site: SiteId;
  readonly url: string;
  readonly qr_svg: string;
}

export interface MeetingDetail {
  readonly meeting: Meeting;
  readonly documents: readonly Document[];
  readonly recordings: readonly Recording[];
  readonly links: readonly HallLink[];
  readonly live: boolean;
}

export type ChapterKind = "item" | "speaker";

export interface Chapter {
  readonly at: number;
  readonly kind: ChapterKind;
  readonly title: string;
}

export interface Stretch {
  readonly from: number;
  readonly until: number;
}

export interface Voice {
  readonly name: string;
  readonly floor: readonly Stretch[];
  readonly microphone: readonly Stretch[];
}

export interface FilmLog {
  readonly length: number;
  readonly chapters: readonly Chapter[];
  readonly voices: { readonly [id: string]: Voice };
}

export interface Film {
  readonly recording: Recording;
  readonly title: string;
  readonly log: FilmLog;
}

export interface SearchHit {
  readonly meeting?: MeetingId;
  readonly document?: DocumentId;
  readonly title: string;
  readonly snippet: string;
}

export interface HallPage {
  readonly meeting: MeetingHead;
  readonly site: SiteId;
  readonly number: number;
  readonly name: string;
  readonly documents: readonly DocumentLine[];
}

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly text_key: string;
  readonly detail: string;
  readonly request: string;
}

export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where the cells of each layout lie, in parts of areaUnit of the stage's width and height; a later one lies over an earlier one. */
export const areaUnit = 144;
export const areas: Readonly<Record<Layout, readonly Area[]>> = {
  single: [
    { x: 0, y: 0, width: 144, height: 144 },
  ],
  side_by_side: [
    { x: 0, y: 36, width: 72, height: 72 },
    { x: 72, y: 36, width: 72, height: 72 },
  ],
  speaker_strip: [
    { x: 0, y: 18, width: 108, height: 108 },
    { x: 108, y: 0, width: 36, height: 36 },
    { x: 108, y: 36, width: 36, height: 36 },
    { x: 108, y: 72, width: 36, height: 36 },
    { x: 108, y: 108, width: 36, height: 36 },
  ],
  grid_2x2: [
    { x: 0, y: 0, width: 72, height: 72 },
    { x: 72, y: 0, width: 72, height: 72 },
    { x: 0, y: 72, width: 72, height: 72 },
    { x: 72, y: 72, width: 72, height: 72 },
  ],
  grid_3x3: [
    { x: 0, y: 0, width: 48, height: 48 },
    { x: 48, y: 0, width: 48, height: 48 },
    { x: 96, y: 0, width: 48, height: 48 },
    { x: 0, y: 48, width: 48, height: 48 },
    { x: 48, y: 48, width: 48, height: 48 },
    { x: 96, y: 48, width: 48, height: 48 },
    { x: 0, y: 96, width: 48, height: 48 },
    { x: 48, y: 96, width: 48, height: 48 },
    { x: 96, y: 96, width: 48, height: 48 },
  ],
  document_inset: [
    { x: 0, y: 0, width: 144, height: 144 },
    { x: 106, y: 106, width: 36, height: 36 },
  ],
};

export const protocolHash = "e6153fb0c49328bc";
