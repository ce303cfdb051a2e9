"""Files that this program wrote and reads again, as records whose content was checked."""
