"""Rooms, participants and recordings as Twilio writes them."""

from typing import Any

from sandbox.twilio.state import ACCOUNT, Participant, Recording, Room, written


def room(row: Room) -> dict[str, Any]:
    at = f"https://video.twilio.com/v1/Rooms/{row.sid}"
    return {
        "sid": row.sid,
        "account_sid": ACCOUNT,
        "unique_name": row.name,
        "status": row.status,
        "type": row.form.get("Type", "group"),
        "date_created": written(row.created_at),
        "date_updated": written(row.ended_at or row.created_at),
        "end_time": written(row.ended_at),
        "duration": row.seconds,
        "max_participants": int(row.form.get("MaxParticipants", "50")),
        "max_participant_duration": int(row.form.get("MaxParticipantDuration", "14400")),
        "empty_room_timeout": int(row.form.get("EmptyRoomTimeout", "5")),
        "unused_room_timeout": int(row.form.get("UnusedRoomTimeout", "5")),
        "record_participants_on_connect": row.form.get("RecordParticipantsOnConnect") == "true",
        "status_callback": row.form.get("StatusCallback"),
        "status_callback_method": row.form.get("StatusCallbackMethod", "POST"),
        "enable_turn": True,
        "audio_only": False,
        "large_room": False,
        "media_region": "us1",
        "video_codecs": ["VP8"],
        "max_concurrent_published_tracks": None,
        "url": at,
        "links": {"participants": f"{at}/Participants", "recordings": f"{at}/Recordings"},
    }


def participant(row: Participant) -> dict[str, Any]:
    at = f"https://video.twilio.com/v1/Rooms/{row.room_sid}/Participants/{row.sid}"
    return {
        "sid": row.sid,
        "room_sid": row.room_sid,
        "account_sid": ACCOUNT,
        "status": row.status,
        "identity": row.identity,
        "date_created": written(row.started_at),
        "date_updated": written(row.ended_at or row.started_at),
        "start_time": written(row.started_at),
        "end_time": written(row.ended_at),
        "duration": row.seconds,
        "url": at,
        "links": {"published_tracks": f"{at}/PublishedTracks"},
    }


def participants(rows: list[Participant], room_sid: str) -> dict[str, Any]:
    at = f"https://video.twilio.com/v1/Rooms/{room_sid}/Participants?PageSize=100&Page=0"
    return {
        "participants": [participant(row) for row in rows],
        "meta": {
            "page": 0,
            "page_size": 100,
            "first_page_url": at,
            "previous_page_url": None,
            "next_page_url": None,
            "key": "participants",
            "url": at,
        },
    }


def recording(row: Recording) -> dict[str, Any]:
    at = f"https://video.twilio.com/v1/Recordings/{row.sid}"
    return {
        "account_sid": ACCOUNT,
        "sid": row.sid,
        "status": row.status,
        "type": row.kind,
        "date_created": written(row.participant.started_at),
        "source_sid": "MT" + row.sid[2:],
        "size": row.size,
        "duration": row.seconds,
        "container_format": "mkv" if row.kind == "video" else "mka",
        "codec": "VP8" if row.kind == "video" else "OPUS",
        "grouping_sids": {"room_sid": row.room_sid, "participant_sid": row.participant.sid},
        "track_name": row.kind,
        "offset": 0,
        "media_external_location": None,
        "status_callback": None,
        "status_callback_method": "POST",
        "url": at,
        "links": {"media": f"{at}/Media"},
    }


def problem(status: int, code: int, message: str) -> dict[str, Any]:
    return {
        "code": code,
        "message": message,
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }
