"""What the stand-ins of Google Calendar and Microsoft Graph share: grants, calendars, notices."""
