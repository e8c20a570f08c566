#pragma once
#include <boost/describe.hpp>

#include "scheduler/accounts.h"
#include "scheduler/documents.h"
#include "scheduler/line_statistics.h"
#include "scheduler/meetings.h"
#include "scheduler/recordings.h"
#include "scheduler/sites.h"
#include "scheduler/units.h"

/// The scheduler's records as JSON sees them. Described here and not there: scheduler/ knows nothing of the
/// web.
namespace diemcau::scheduler {
BOOST_DESCRIBE_ENUM(Tier, government, ministry, province, department, district, commune)
BOOST_DESCRIBE_STRUCT(Unit, (), (id, uuid, parent, tier, name, code, valid_from, valid_to, sort_order))
BOOST_DESCRIBE_STRUCT(Site, (), (id, uuid, unit, number, name, room, contact, active, camera))
BOOST_DESCRIBE_ENUM(Role, administrator, operator_, clerk, chair, official)
BOOST_DESCRIBE_STRUCT(Account, (), (id, user, name, role, active))
BOOST_DESCRIBE_ENUM(MeetingMode, host, guest)
BOOST_DESCRIBE_ENUM(MeetingState, planned, live, ended, cancelled, postponed)
BOOST_DESCRIBE_ENUM(MeetingKind, briefing, problem_solving, consultation, coordination, professional,
                    thematic, review, training)
BOOST_DESCRIBE_STRUCT(AgendaItem, (), (id, title, planned_at, speaker))
BOOST_DESCRIBE_STRUCT(InvitedSite, (), (site, main, confirmed, link_generation))
BOOST_DESCRIBE_STRUCT(MeetingForm, (),
                      (mode, kind, title, organizer, chair, place, invitation, notes, starts_at, ends_at,
                       agenda, sites))
BOOST_DESCRIBE_STRUCT(Meeting, (), (id, uuid, state, revision, opened_at, ended_at, state_reason, form))
BOOST_DESCRIBE_STRUCT(MeetingSummary, (),
                      (id, mode, kind, state, title, organizer, chair, place, starts_at, ends_at, sites,
                       confirmed, documents, agenda_items))
BOOST_DESCRIBE_ENUM(Urgency, normal, urgent, very_urgent, express)
BOOST_DESCRIBE_ENUM(Secrecy, none, secret, top_secret, absolute_secret)
BOOST_DESCRIBE_ENUM(DocumentUse, paper, clip)
BOOST_DESCRIBE_STRUCT(DocumentForm, (),
                      (title, type_name, code_number, code_notation, issued_on, issuer, subject, language,
                       page_amount, description, arrived_on, arrival_number, signer_name, signer_position,
                       urgency, secrecy, to_places, due_on))
BOOST_DESCRIBE_STRUCT(Document, (),
                      (id, uuid, meeting, use, file_name, media_type, sha256, size, added_at, added_by, form))
BOOST_DESCRIBE_STRUCT(SearchHit, (), (meeting, document, title, snippet))
BOOST_DESCRIBE_ENUM(RecordingState, recording, finishing, ready, damaged)
BOOST_DESCRIBE_ENUM(LineDirection, up, down)
BOOST_DESCRIBE_STRUCT(LineFigures, (),
                      (seconds, tcp_seconds, bytes, packets, lost, round_trip_ms, jitter_ms, height, freezes,
                       frozen_ms))
BOOST_DESCRIBE_STRUCT(LineMinute, (), (meeting, site, minute, direction, figures))
BOOST_DESCRIBE_STRUCT(LineTotal, (), (site, direction, first, last, figures))
BOOST_DESCRIBE_STRUCT(Recording, (), (id, meeting, state, file, started_at, ended_at, size))
}  // namespace diemcau::scheduler
