import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { api } from "../shared/api";
import type { MeetingDetail, MeetingId, RecordingId, SiteId, Time } from "../shared/protocol";

export const useMe = () => useQuery({ queryKey: ["me"], queryFn: api.me, staleTime: 60_000 });
export const useUnits = () => useQuery({ queryKey: ["units"], queryFn: api.units });
export const useSites = () => useQuery({ queryKey: ["sites"], queryFn: api.sites });
export const useAccounts = () => useQuery({ queryKey: ["accounts"], queryFn: api.accounts });

export const useMeetings = (from: Time, until: Time) =>
  useQuery({
    queryKey: ["meetings", from, until],
    queryFn: () => api.meetings(from, until),
    refetchInterval: 30_000,
  });

export const useMeeting = (id: MeetingId | undefined) =>
  useQuery({
    queryKey: ["meeting", id],
    queryFn: () => api.meeting(id ?? (0 as MeetingId)),
    enabled: id !== undefined,
    // Whether it can be watched changes while it runs.
    refetchInterval: (query) => (query.state.data?.meeting.state === "live" ? 5000 : false),
  });

export const useFilm = (id: RecordingId) => useQuery({ queryKey: ["film", id], queryFn: () => api.film(id) });

/** Puts what the server answered in place of what was known of a meeting. */
export function useKeepMeeting(): (detail: MeetingDetail) => void {
  const client = useQueryClient();
  return useCallback(
    (detail) => {
      client.setQueryData(["meeting", detail.meeting.id], detail);
      void client.invalidateQueries({ queryKey: ["meetings"] });
    },
    [client],
  );
}

/** "Sìn Hồ" of a site's id; its number while the list is not there. */
export function useSiteName(): (id: SiteId) => string {
  const { data } = useSites();
  return useCallback((id) => data?.find((site) => site.id === id)?.name ?? `#${id}`, [data]);
}
