"""Breaking the glass: a member opens what the organisation's need to know keeps from them, and has to say why."""
