"""The calendar: slots, holds, bookings, and their pages."""
