"""The control of the storm: an app that takes the locks away from the server it is put into."""
