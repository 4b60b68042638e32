"""Working time: calendars, deadlines, clocks that pause, and what official notices say."""
