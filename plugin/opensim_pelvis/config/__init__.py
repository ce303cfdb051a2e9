"""What a run is told: settings, the rates and names there can be, the trial file and its flags."""
